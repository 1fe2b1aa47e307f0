"""The keys of the table, as `?` and the menus list them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.exports.event_json import event_line
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

if TYPE_CHECKING:
    from widgets.event_table import EventTable

__all__ = ["HELP", "command_of", "copy_event", "open_trace"]

Command = Callable[["EventTable"], object]

HELP: Final = {
    "F": "follow the newest rows",
    "Space": "pause, or go on",
    "End": "go to the newest row and follow",
    "Home": "go to the oldest row",
    "/": "write a filter",
    "N / Shift+N": "next or previous row",
    "E / Shift+E": "next or previous error",
    "Ctrl+. / Ctrl+,": "next or previous row of this correlation",
    "T": "open the trace of this row",
    "Ctrl+C": "copy this row as JSON",
}


def copy_event(table: EventTable) -> None:
    """The current row's event to the clipboard, as JSON."""
    event = table.rows.stored(table.currentIndex().row())
    if event is not None:
        QGuiApplication.clipboard().setText(event_line(event))


def open_trace(table: EventTable) -> None:
    """Show the trace that the current row belongs to."""
    event = table.rows.stored(table.currentIndex().row())
    if event is not None and event.correlation_id is not None:
        table.focus.select_trace(event.correlation_id)
        table.trace_wanted.emit()


def go_row(step: int) -> Command:
    """To the neighbouring row."""
    return lambda table: table.go_to(table.jumps.next_row(table.currentIndex().row(), step))


def go_error(step: int) -> Command:
    """To the next error; upwards from nowhere it is the last."""

    def go(table: EventTable) -> None:
        current = table.currentIndex().row()
        start = table.rows.rowCount() if current < 0 and step < 0 else current
        table.go_to(table.jumps.next_error(start, step))

    return go


def go_correlation(step: int) -> Command:
    """To the next row of the current row's correlation."""

    def go(table: EventTable) -> None:
        number = table.currentIndex().row()
        row = table.rows.row(number)
        if row is not None:
            table.go_to(table.jumps.next_of_correlation(number, row.correlation_id, step))

    return go


def want_pause(table: EventTable) -> None:
    """Ask for the window to be paused, or to go on."""
    table.pause_toggled.emit()


def want_filter(table: EventTable) -> None:
    """Ask for the filter bar."""
    table.filter_wanted.emit()


def go_top(table: EventTable) -> None:
    """To the oldest row."""
    table.verticalScrollBar().setValue(0)


BY_TEXT: Final[dict[str, Command]] = {
    "f": lambda table: table.follow(),
    " ": want_pause,
    "/": want_filter,
    "n": go_row(1),
    "N": go_row(-1),
    "e": go_error(1),
    "E": go_error(-1),
    "t": open_trace,
}
BY_KEY: Final[dict[Qt.Key, Command]] = {Qt.Key.Key_End: lambda table: table.follow(), Qt.Key.Key_Home: go_top}
WITH_CONTROL: Final[dict[Qt.Key, Command]] = {
    Qt.Key.Key_Period: go_correlation(1),
    Qt.Key.Key_Comma: go_correlation(-1),
}


def command_of(event: QKeyEvent) -> Command | None:
    """What a key does in the table, None when that is left to Qt."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.matches(QKeySequence.StandardKey.Copy):
        return copy_event
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return WITH_CONTROL.get(Qt.Key(event.key()))
    if modifiers & ~Qt.KeyboardModifier.ShiftModifier:
        return None
    return BY_TEXT.get(event.text()) or BY_KEY.get(Qt.Key(event.key()))
