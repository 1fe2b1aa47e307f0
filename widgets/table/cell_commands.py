"""Commands of a cell: what keys do with what the current cell says, as its menu does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from widgets.clause_menu import Way, act
from widgets.table.chosen import Cell, with_cell
from widgets.table.commands import Command

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable


def with_clause(table: EventTable, act: Callable[[str], object]) -> None:
    """Do something with the filter for what the current cell says, where there is one."""
    index = table.currentIndex()

    def act_if_any(cell: Cell) -> None:
        if clause := field.clause(cell.told):
            act(clause)

    if index.isValid():
        field = table.rows.columns[index.column()].field
        with_cell(table, index, act_if_any)


def filter_by_cell(way: Way) -> Command:
    """Filter by what the current cell says, in one of the ways of its menu."""
    return lambda table: with_clause(table, lambda clause: act(table.focus, clause, way))


def prepare_cell(table: EventTable) -> None:
    """Write what the current cell says into the filter's line."""
    with_clause(table, lambda clause: act(table.focus, clause, "alone", apply=False))


def colour_like_cell(table: EventTable) -> None:
    """Make a colour rule of what the current cell says."""
    with_clause(table, table.colour_wanted.emit)


def trigger_on_cell(table: EventTable) -> None:
    """Make a trigger of what the current cell says."""
    with_clause(table, table.trigger_wanted.emit)


def copy_as_filter(table: EventTable) -> None:
    """What the current cell says to the clipboard, as a filter."""
    with_clause(table, QGuiApplication.clipboard().setText)


def open_menu(table: EventTable) -> None:
    """What can be done with the current cell."""
    table.open_menu()
