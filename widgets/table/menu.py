"""The menu of a row: filters made of what it says, and copies of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.display import display
from app.store.stored import StoredEvent
from widgets.filter.category_clause import quoted
from widgets.table.keys import copy_event, open_trace

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["menu_of_row", "open_row_menu"]


def open_row_menu(table: EventTable, index: QModelIndex, at: QPoint) -> None:
    """Open the menu of the row at `index`; it never blocks the loop."""
    event = table.rows.stored(index.row())
    if event is not None:
        menu_of_row(table, event, str(index.data() or "")).popup(at)


def menu_of_row(table: EventTable, event: StoredEvent, cell: str) -> QMenu:
    """The menu for an event; `cell` is the text that was clicked on."""
    menu = QMenu(table)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for field, value in (
        ("type", event.type), ("category", event.category), ("correlation", event.correlation_id),
    ):  # fmt: skip
        if value:
            clause = f"{field}:{quoted(value)}"
            menu.addAction(plain(f"Only {field} {value}"), partial(table.focus.propose_filter, clause))
    if event.type:
        clause = f"-type:{quoted(event.type)}"
        menu.addAction(plain(f"Exclude type {event.type}"), partial(table.clause_wanted.emit, clause))
    menu.addSeparator()
    trace = menu.addAction("Open trace\tT", lambda: open_trace(table))
    trace.setEnabled(event.correlation_id is not None)
    menu.addSeparator()
    menu.addAction("Copy as JSON\tCtrl+C", lambda: copy_event(table))
    menu.addAction("Copy cell", lambda: QGuiApplication.clipboard().setText(cell))
    if event.id:
        menu.addAction("Copy id", lambda: QGuiApplication.clipboard().setText(event.id or ""))
    return menu


def plain(text: str) -> str:
    """Hostile text fit for a menu, where `&` would underline and a tab would begin a shortcut."""
    return display(text, limit=60).replace("&", "&&").replace("\t", " ")
