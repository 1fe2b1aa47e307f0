"""Commands of the table: what its keys and menus do to the current row, and where they go from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.columns.fields import FIELDS
from app.exports.event_json import event_line
from app.landmarks import Landmark, any_row, breaches, errors, listed, marked, of_correlation
from app.marks import Mark
from app.store.stored import StoredEvent
from widgets.table.chosen import current, with_event

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

Command = Callable[["EventTable"], object]


def copy_event(table: EventTable) -> None:
    """The current row's event to the clipboard, as JSON."""
    with_event(table, lambda event: QGuiApplication.clipboard().setText(event_line(event)))


def open_trace(table: EventTable) -> None:
    """Show the trace that the current row belongs to."""

    def open_it(event: StoredEvent) -> None:
        if event.correlation_id is not None and event.seq == current(table):
            table.focus.select_trace(event.correlation_id)
            table.trace_wanted.emit()

    with_event(table, open_it)


def open_window(table: EventTable) -> None:
    """Show the current row's event in a window of its own."""
    if (seq := current(table)) is not None:
        table.focus.want_window(seq)


def go_to_next(landmark: Callable[[EventTable], Landmark], step: int) -> Command:
    """To the next row of a kind."""
    return lambda table: jump(table, landmark(table), step)


def jump(table: EventTable, landmark: Landmark, step: int) -> None:
    """To the next row that is meant; upwards from nowhere it is the last."""
    row = table.currentIndex().row()
    start = table.rows.rowCount() if row < 0 and step < 0 else row
    table.hunt.begin(table.jumps.search(start, step, landmark))


def go_row(step: int) -> Command:
    """To the next row that is looked for; without any, to the next match of the filter."""
    to_match = go_to_next(lambda table: any_row if table.lit is None else listed(table.lit), step)

    def go(table: EventTable) -> None:
        if table.sought is None:
            to_match(table)
        else:
            table.found_wanted.emit(step)

    return go


def go_error(step: int) -> Command:
    """To the next error."""
    return go_to_next(lambda _: errors, step)


def go_breach(step: int) -> Command:
    """To the next row that took longer than its budget."""
    return go_to_next(lambda table: breaches(table.session.settings.budgets_ms), step)


def go_mark(step: int) -> Command:
    """To the next marked row."""
    return go_to_next(lambda table: marked(table.session.marks, Mark.MARKED), step)


def go_firing(step: int) -> Command:
    """To the next row that a trigger met."""
    return go_to_next(lambda table: marked(table.session.marks, Mark.TRIGGER), step)


def go_correlation(step: int) -> Command:
    """To the next row of the current row's correlation."""

    def go(table: EventTable) -> None:
        def go_on(event: StoredEvent) -> None:
            if event.correlation_id and event.seq == current(table):
                jump(table, of_correlation(event.correlation_id), step)

        with_event(table, go_on)

    return go


def go_visit(step: int) -> Command:
    """To the event that was selected before, or after."""

    def go(table: EventTable) -> None:
        store = table.session.store
        seq = table.focus.visits.go(step, store.keeps)
        if seq is not None:
            table.focus.choose(store, seq)

    return go


def toggle(kind: Mark) -> Command:
    """Mark or ignore the current row, or take that back."""

    def change(table: EventTable) -> None:
        if (seq := current(table)) is not None:
            table.notes.toggle(seq, kind)

    return change


def edit_comment(table: EventTable) -> None:
    """Write a comment on the current row."""
    if (seq := current(table)) is not None:
        table.notes.edit_comment(seq)


def count_from_here(table: EventTable) -> None:
    """Count times from the current row."""
    with_event(table, table.notes.count_from)


def colour_conversation(number: int) -> Command:
    """Colour the conversation of the current row."""

    def paint(table: EventTable) -> None:
        def paint_it(event: StoredEvent) -> None:
            if event.correlation_id is not None:
                table.notes.paint_conversation(event.correlation_id, number)

        with_event(table, paint_it)

    return paint


def exclude_type(table: EventTable) -> None:
    """Narrow the filter to other types than that of the current row."""

    def exclude(event: StoredEvent) -> None:
        if event.type:
            table.focus.join_filter(FIELDS["type"].clause(event), "not")

    with_event(table, exclude)


def mute_type(table: EventTable) -> None:
    """Never show the type of the current row again, until it is unmuted above the table."""

    def mute(event: StoredEvent) -> None:
        if event.type:
            setup = table.session.settings.table.muting(event.type)
            table.session.settings = table.session.settings.with_table(muted=setup.muted)

    with_event(table, mute)


def select_nothing(table: EventTable) -> None:
    """Let go of the selected event and trace, in all views."""
    table.hunt.give_up()
    table.focus.select_event(None)
    table.focus.select_trace(None)


def go_top(table: EventTable) -> None:
    """To the oldest row."""
    table.verticalScrollBar().setValue(0)


def follow(table: EventTable) -> None:
    """Show the newest rows, and go on doing so."""
    table.follow()


def go_end(table: EventTable) -> None:
    """To the last row, which is the newest one unless rows are sorted."""
    table.go_to_end()


def count_otherwise(table: EventTable) -> None:
    """Count times from something else."""
    table.columns.count_times(table.rows.time_mode.next)


def open_columns(table: EventTable) -> None:
    """The menu of the header, for the column that the current cell is in."""
    table.stay()
    table.stay()
    table.columns.open_menu(table.currentIndex().column())


def clear_conversations(table: EventTable) -> None:
    """Take the colours of all conversations off."""
    table.notes.clear_conversations()


def toggle_ignored(table: EventTable) -> None:
    """Ask for ignored rows to be hidden, or shown again."""
    table.ignored_toggled.emit()


def want_pause(table: EventTable) -> None:
    """Ask for the window to be paused, or to go on."""
    table.pause_toggled.emit()


def want_catch_up(table: EventTable) -> None:
    """Ask to go on from where the window was paused."""
    table.catch_up_wanted.emit()


def want_filter(table: EventTable) -> None:
    """Ask for the filter bar."""
    table.filter_wanted.emit()


def want_help(table: EventTable) -> None:
    """Ask for the sheet of keys."""
    table.help_wanted.emit()


def want_place(table: EventTable) -> None:
    """Ask for the number or time to go to."""
    table.place_wanted.emit(table)
