"""The row cache: rows of the table as they are shown, made in one go for a window of them and kept for a while."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.columns.field import Field
from app.store.fetcher import Fetcher
from app.store.store import Evicted, Store
from app.store.stored import StoredEvent
from widgets.table.cells import Row, row_of, waiting_row

__all__ = ["RowCache"]

MOST_ROWS: Final = 2_000
"""Some forty screens; a row takes about two kilobytes."""

STORED: Final = StoredEvent.__struct_fields__


class RowCache:
    """Rows by sequence number. A row never changes, so none is stale until other fields are to be shown.

    A row that is in a file is read by a thread, and says until then that it is waited for.
    """

    def __init__(self, store: Store, budgets_ms: Mapping[int, float]) -> None:
        self._store = store
        self._budgets_ns = {priority: ms * 1e6 for priority, ms in budgets_ms.items()}
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._fields: tuple[Field, ...] = ()
        self._fetcher: Fetcher[int, StoredEvent] = Fetcher(self._fetched)

    def show(self, fields: Sequence[Field]) -> None:
        """Make the texts of these fields from now on."""
        self._fields = tuple(fields)
        self._rows.clear()

    def rows(self, seqs: Sequence[int]) -> dict[int, Row]:
        """The rows with these numbers; those that were evicted meanwhile are left out."""
        near, away = self._missing(seqs)
        self._make(self._events(near))
        if away:
            self._fetcher.ask(away)
        found = {seq: self._rows[seq] for seq in seqs if seq in self._rows}
        for seq in found:
            self._rows.move_to_end(seq)
        while len(self._rows) > MOST_ROWS:
            self._rows.popitem(last=False)
        return found | {seq: waiting_row(seq, self._fields) for seq in away}

    def tick(self) -> bool:
        """Take over what was read from a file; whether there is anything."""
        found = self._fetcher.take()
        self._make(found.values())
        return bool(found)

    def _missing(self, seqs: Sequence[int]) -> tuple[list[int], list[int]]:
        """Which of these rows are to be read from memory, and which from a file."""
        near: list[int] = []
        away: list[int] = []
        for seq in seqs:
            if seq not in self._rows:
                with contextlib.suppress(Evicted):
                    (near if self._store.chunk_of(seq).at_hand else away).append(seq)
        return near, away

    def _events(self, seqs: Sequence[int]) -> list[StoredEvent]:
        return [StoredEvent(*cells) for cells in self._store.cells(seqs, STORED)] if seqs else []

    def _fetched(self, seqs: Sequence[int]) -> dict[int, StoredEvent]:
        """For the thread. Rows that are evicted in this moment are asked for no more, the others anew."""
        try:
            return {event.seq: event for event in self._events([seq for seq in seqs if self._store.keeps(seq)])}
        except Evicted:
            return {}

    def _make(self, events: Iterable[StoredEvent]) -> None:
        for event in events:
            budget = self._budgets_ns.get(event.priority, float("inf"))
            self._rows[event.seq] = row_of(event, budget, self._fields)
