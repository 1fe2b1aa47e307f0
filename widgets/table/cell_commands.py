"""Commands of a cell: what keys do with what the current cell says, as its menu does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from widgets.clause_menu import Way, act
from widgets.table.commands import Command

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable


def clause_of_cell(table: EventTable) -> str:
    """The filter for what the current cell says; "" where there is none."""
    index = table.currentIndex()
    event = table.rows.told_by(index)
    return "" if event is None else table.rows.columns[index.column()].field.clause(event)


def filter_by_cell(way: Way) -> Command:
    """Filter by what the current cell says, in one of the ways of its menu."""

    def narrow(table: EventTable) -> None:
        if clause := clause_of_cell(table):
            act(table.focus, clause, way)

    return narrow


def prepare_cell(table: EventTable) -> None:
    """Write what the current cell says into the filter's line."""
    if clause := clause_of_cell(table):
        act(table.focus, clause, "alone", apply=False)


def colour_like_cell(table: EventTable) -> None:
    """Make a colour rule of what the current cell says."""
    if clause := clause_of_cell(table):
        table.colour_wanted.emit(clause)


def trigger_on_cell(table: EventTable) -> None:
    """Make a trigger of what the current cell says."""
    if clause := clause_of_cell(table):
        table.trigger_wanted.emit(clause)


def copy_as_filter(table: EventTable) -> None:
    """What the current cell says to the clipboard, as a filter."""
    if clause := clause_of_cell(table):
        QGuiApplication.clipboard().setText(clause)


def open_menu(table: EventTable) -> None:
    """What can be done with the current cell."""
    table.open_menu()
