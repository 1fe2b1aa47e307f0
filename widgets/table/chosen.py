"""Chosen: what a key or a menu is about, the event of a row or what a cell of it shows, read wherever it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import QModelIndex

from app.columns.lender import origin
from app.gaps import is_gap
from app.store.lookup import Lookup
from app.store.store import Store
from app.store.stored import Evicted, StoredEvent
from eventscope.step import Phase
from widgets.table.columns import Column
from widgets.table.lent_cells import is_lent_in

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["Cell", "cell_of", "current", "event_of", "with_cell", "with_event"]

ReadT = TypeVar("ReadT")


class Cell(NamedTuple):
    """The event of a row, and the one whose value a cell shows: the same one, or that which the row is about."""

    event: StoredEvent
    told: StoredEvent


def event_of(store: Store, seq: int) -> StoredEvent | None:
    """The event of a row, None when it is gone. Any thread may ask."""
    try:
        return store.event(seq)
    except Evicted:
        return None


def cell_of(store: Store, seq: int, column: Column) -> Cell | None:
    """The cell of a row in a column, None when the row is gone. Any thread may ask."""
    event, field = event_of(store, seq), column.field
    if event is None:
        return None
    if not is_lent_in(column) or event.phase == Phase.PUBLISHED or is_gap(event) or field.write(event):
        return Cell(event, event)
    lender = origin(store, seq)
    return Cell(event, event if lender is None or not field.write(lender) else lender)


def current(table: EventTable) -> int | None:
    """The number of the current row, None when there is none or its event is gone."""
    seq = table.rows.seq_at(table.currentIndex().row())
    return seq if seq is not None and table.session.store.keeps(seq) else None


def with_event(table: EventTable, act: Callable[[StoredEvent], object]) -> None:
    """Do something with the event of the current row: at once, or if that is in a file as soon as it is read."""
    if (seq := current(table)) is not None:
        read_for(partial(event_of, table.session.store, seq), act)


def with_cell(table: EventTable, index: QModelIndex, act: Callable[[Cell], object]) -> None:
    """The same with a cell."""
    seq = table.rows.seq_at(index.row())
    if seq is not None:
        read_for(partial(cell_of, table.session.store, seq, table.rows.columns[index.column()]), act)


def read_for(work: Callable[[], ReadT | None], act: Callable[[ReadT], object]) -> None:
    """Each command has what it reads to itself: none supersedes another one."""
    Lookup("read a row for a command").ask(work, lambda found: None if found is None else act(found))
