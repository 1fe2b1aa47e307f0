"""The keys of the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from app.exports.event_json import event_line

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["TABLE_KEYS", "TableKey", "command_of", "copy_event", "open_trace"]

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


def want_catch_up(table: EventTable) -> None:
    """Ask to go on from where the window was paused."""
    table.catch_up_wanted.emit()


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


class TableKey(NamedTuple):
    """A key of the table, and what it does to it. `also` is another key that does the same."""

    name: str
    key: str
    act: Command
    also: str = ""


TABLE_KEYS: Final = (
    TableKey("Pause or go on", "Space", want_pause),
    TableKey("Go on from where it was paused", "Shift+Space", want_catch_up),
    TableKey("Follow the newest", "F", lambda table: table.follow(), also="End"),
    TableKey("To the oldest row", "Home", go_top),
    TableKey("Filter", "/", want_filter),
    TableKey("Next match", "N", go_row(1)),
    TableKey("Previous match", "Shift+N", go_row(-1)),
    TableKey("Next error", "E", go_error(1)),
    TableKey("Previous error", "Shift+E", go_error(-1)),
    TableKey("Next event of this correlation", "Ctrl+.", go_correlation(1)),
    TableKey("Previous event of this correlation", "Ctrl+,", go_correlation(-1)),
    TableKey("Open the trace", "T", open_trace),
    TableKey("Copy the event as JSON", "Ctrl+C", copy_event),
    TableKey("Select nothing", "Esc", select_nothing),
)
"""Every key of the table; help and palette list them."""


@cache
def by_sequence() -> dict[QKeySequence, Command]:
    """What each key does."""
    return {QKeySequence(key): known.act for known in TABLE_KEYS for key in (known.key, known.also) if key}


def command_of(event: QKeyEvent) -> Command | None:
    """What a key does in the table, None when that is left to Qt."""
    if event.text() == "/":
        # By its text, because on many keyboards it is typed with Shift.
        return want_filter
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return by_sequence().get(QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))))
