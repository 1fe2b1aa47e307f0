"""Row times: the texts of the time column."""

from __future__ import annotations

from app.listing.neighbours import Away, MomentsBefore
from app.marks import Marks
from app.store.store import Store
from widgets.table.cells import WAITING, Row
from widgets.table.row_cache import RowCache
from widgets.table.times import Days, TimeMode, time_text

__all__ = ["RowTimes"]


class RowTimes:
    """Counts in `mode` from what that says; where this is still to be read from a file, the text is WAITING."""

    def __init__(self, store: Store, marks: Marks, cache: RowCache, mode: TimeMode) -> None:
        self.mode = mode
        self._store = store
        self._marks = marks
        self._cache = cache
        self._moments = MomentsBefore(store)
        self._first: int | None = None
        self._days = Days()

    def tick(self) -> bool:
        """Take over what was read; whether rows are to be drawn anew for it."""
        return self._moments.tick()

    @property
    def dated(self) -> bool:
        """Whether times of day stand behind their days, since not all that was seen is of today."""
        return self._days.several

    def text(self, row: Row, above: Row | None) -> str:
        """The time of a row that is shown below another one."""
        try:
            if row.waiting:
                return WAITING
            self._days.see(row.at)
            return time_text(self.mode, row.at, self._origin(row, above), dated=self.dated)
        except Away:
            return WAITING

    def _origin(self, row: Row, above: Row | None) -> int | None:
        """The moment that the time of a row counts from, None for none."""
        match self.mode:
            case TimeMode.DELTA:
                return None if above is None else at_of(above)
            case TimeMode.TRACE:
                return self._moments.of(row.seq, row.correlation_id)
            case TimeMode.RELATIVE:
                return self._marks.reference.at if self._marks.reference else self._first_moment()
        return None

    def _first_moment(self) -> int | None:
        if self._first is None:
            first = self._cache.rows([self._store.oldest_seq]).get(self._store.oldest_seq)
            self._first = None if first is None else at_of(first)
        return self._first


def at_of(row: Row) -> int:
    """When the event of a row happened; raises Away as long as that is not known."""
    if row.waiting:
        raise Away
    return row.at
