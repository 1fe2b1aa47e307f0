"""The keys of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from app.exports.event_json import event_line

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["command_of", "copy_event", "open_trace"]

Command = Callable[["EventTable"], object]


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


def select_nothing(table: EventTable) -> None:
    """Let go of the selected event and trace, in all views."""
    table.focus.select_event(None)
    table.focus.select_trace(None)


def go_top(table: EventTable) -> None:
    """To the oldest row."""
    table.verticalScrollBar().setValue(0)


PLAIN: Final[dict[Qt.Key, Command]] = {
    Qt.Key.Key_F: lambda table: table.follow(),
    Qt.Key.Key_End: lambda table: table.follow(),
    Qt.Key.Key_Home: go_top,
    Qt.Key.Key_Space: want_pause,
    Qt.Key.Key_N: go_row(1),
    Qt.Key.Key_E: go_error(1),
    Qt.Key.Key_T: open_trace,
    Qt.Key.Key_Escape: select_nothing,
}
WITH_SHIFT: Final[dict[Qt.Key, Command]] = {Qt.Key.Key_N: go_row(-1), Qt.Key.Key_E: go_error(-1)}
WITH_CONTROL: Final[dict[Qt.Key, Command]] = {
    Qt.Key.Key_Period: go_correlation(1),
    Qt.Key.Key_Comma: go_correlation(-1),
    Qt.Key.Key_C: copy_event,
}
BY_MODIFIER: Final = {
    Qt.KeyboardModifier.NoModifier: PLAIN,
    Qt.KeyboardModifier.ShiftModifier: WITH_SHIFT,
    Qt.KeyboardModifier.ControlModifier: WITH_CONTROL,
}


def command_of(event: QKeyEvent) -> Command | None:
    """What a key does in the table, None when that is left to Qt."""
    if event.text() == "/":
        # By its text, because on many keyboards it is typed with Shift.
        return want_filter
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return BY_MODIFIER.get(modifiers, {}).get(Qt.Key(event.key()))
