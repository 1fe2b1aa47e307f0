"""Find: rows that are looked for without hiding the others. They stand out, and `n` and `N` go through them."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from app.filter.marked import reads_marks
from app.filter.matches import Matches
from app.filter.query import Filter, all_of
from app.landmarks import listed
from app.session import Session
from widgets.filter.find_line import FindLine
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.table.jumps import Search

__all__ = ["Find"]

BUDGET_S: Final = 0.002
"""Of a frame, beside what the tables take; what needs longer is done by a thread, or in the next frames."""


class Find(QObject):
    """Serves several tables: what is found is the same in all, a jump is made in the one that was looked at last."""

    def __init__(self, session: Session, focus: Focus, line: FindLine, table: EventTable) -> None:
        super().__init__(table)
        self.line = line
        self._session = session
        self._focus = focus
        self._main = self._table = table
        self._tables: list[EventTable] = []
        self._wanted: Filter | None = None
        self._beside: Filter | None = None
        """The filter of the table that the hits were found with."""
        self._marked = 0
        """The version of the marks that they were found with."""
        self._sought: Matches | None = None
        self._waiting = 0
        """Where to jump as soon as the search is over: 1, -1 or, for nowhere, 0."""
        self._round: int | None = None
        """The hit that was reached by going on from the other end."""
        line.wanted.connect(self._look_for)
        line.stepped.connect(lambda step: self.go(self._table, step))
        line.left.connect(lambda: self._table.setFocus())
        focus.horizon_changed.connect(self._hold)
        self.serve(table)

    def serve(self, table: EventTable) -> None:
        """Find in a further table as well."""
        self._tables.append(table)
        table.sought = self._sought
        table.found_wanted.connect(partial(self.go, table))

    def leave(self, table: EventTable) -> None:
        """Find no more in a table, which is not the first."""
        self._tables.remove(table)
        self._table = self._main

    def open(self, table: EventTable) -> None:
        """Ask what to look for in a table."""
        self._table = table
        self.line.open()

    def give_up(self) -> bool:
        """End the search, if there is one."""
        if self.line.isHidden():
            return False
        self.line.close_line()
        return True

    def tick(self) -> None:
        """Find among new rows, and under another filter of the table."""
        if self._wanted is None:
            return
        marked = self._session.marks.version != self._marked and reads_marks(self._wanted.tree)
        if marked or self._beside is not self._main.rows.listing.filter:
            self._search(self._wanted)
        assert self._sought is not None
        if self._sought.update(BUDGET_S):
            self._repaint()
        if self._waiting and not self._is_searching():
            step, self._waiting = self._waiting, 0
            self.go(self._table, step)
        self.line.note.setText(self._told())

    def go(self, table: EventTable, step: int) -> None:
        """To the next hit, round the end if need be; when the search still runs, as soon as it is over."""
        self._table = table
        if self._sought is None:
            return
        self._sought.update(BUDGET_S)
        if self._is_searching():
            self._waiting = step
        else:
            table.hunt.begin(self._around(table, step))

    def close(self) -> None:
        """End the thread."""
        if self._sought is not None:
            self._sought.close()

    def _around(self, table: EventTable, step: int) -> Search:
        """A search that goes on from the other end."""
        assert self._sought is not None
        here, hits = table.currentIndex().row(), listed(self._sought)
        rows = table.rows.rowCount()
        start = rows if here < 0 and step < 0 else here
        row = yield from table.jumps.search(start, step, hits)
        self._round = None
        if row is None:
            row = yield from table.jumps.search(-1 if step > 0 else rows, step, hits)
            self._round = None if row is None else table.rows.seq_at(row)
        return row

    def _look_for(self, wanted: Filter | None) -> None:
        self._wanted, self._round, self._waiting = wanted, None, 0
        if wanted is not None:
            self._search(wanted)
            return
        self.close()
        self._sought = None
        self._repaint()

    def _search(self, wanted: Filter) -> None:
        """Look among the rows that the table lists, so that each hit is one that can be gone to."""
        self._beside, self._marked = self._main.rows.listing.filter, self._session.marks.version
        if self._sought is None:
            self._sought = Matches(self._session.store)
            self._sought.horizon = self._focus.horizon
        self._sought.looked_at = self._main.anchor.seq
        self._sought.set_filter(all_of([wanted, self._beside]))
        self._repaint()

    def _told(self) -> str:
        assert self._sought is not None
        scanned, total = self._sought.progress
        if scanned < total:
            return f"{scanned / total:.0%} searched"
        hits, seq = len(self._sought), self._focus.seq
        if not hits:
            return "none"
        at = self._sought.index_of(seq) if seq is not None else hits
        number = f"{at + 1:,} of {hits:,}" if at < hits and self._sought.seq_at(at) == seq else f"{hits:,} found"
        return f"{number} · round the end" if seq is not None and seq == self._round else number

    def _is_searching(self) -> bool:
        assert self._sought is not None
        scanned, total = self._sought.progress
        return scanned < total

    def _hold(self, horizon: int | None) -> None:
        if self._sought is not None:
            self._sought.horizon = horizon

    def _repaint(self) -> None:
        for table in self._tables:
            table.sought = self._sought
            table.repaint_rows()
