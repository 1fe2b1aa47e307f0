"""The row cache: rows of the table as they are shown, made in one go for a window of them and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from app.columns.field import Field
from app.store.store import Store
from app.store.stored import StoredEvent
from widgets.table.cells import Row, row_of

__all__ = ["RowCache"]

MOST_ROWS: Final = 2_000
"""Some forty screens; a row takes about two kilobytes."""

STORED: Final = StoredEvent.__struct_fields__


class RowCache:
    """Rows by sequence number. A row never changes, so none is stale until other fields are to be shown."""

    def __init__(self, store: Store, budgets_ms: Mapping[int, float]) -> None:
        self._store = store
        self._budgets_ns = {priority: ms * 1e6 for priority, ms in budgets_ms.items()}
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._fields: tuple[Field, ...] = ()

    def show(self, fields: Sequence[Field]) -> None:
        """Make the texts of these fields from now on."""
        self._fields = tuple(fields)
        self._rows.clear()

    def rows(self, seqs: Sequence[int]) -> dict[int, Row]:
        """The rows with these numbers; those that were evicted meanwhile are left out."""
        self._read([seq for seq in seqs if seq not in self._rows])
        found = {seq: self._rows[seq] for seq in seqs if seq in self._rows}
        for seq in found:
            self._rows.move_to_end(seq)
        while len(self._rows) > MOST_ROWS:
            self._rows.popitem(last=False)
        return found

    def _read(self, seqs: Sequence[int]) -> None:
        kept = [seq for seq in seqs if self._store.keeps(seq)]
        for cells in self._store.cells(kept, STORED) if kept else ():
            event = StoredEvent(*cells)
            budget = self._budgets_ns.get(event.priority, float("inf"))
            self._rows[event.seq] = row_of(event, budget, self._fields)
