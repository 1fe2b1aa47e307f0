"""The keys of the table: which there are, and which command each gives now that the user may have chosen others."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.marks import Mark
from widgets.table.cell_commands import (
    colour_like_cell,
    copy_as_filter,
    filter_by_cell,
    open_menu,
    prepare_cell,
    trigger_on_cell,
)
from widgets.table.commands import (
    Command,
    clear_conversations,
    colour_conversation,
    copy_event,
    count_from_here,
    count_otherwise,
    edit_comment,
    exclude_type,
    follow,
    go_breach,
    go_correlation,
    go_end,
    go_error,
    go_firing,
    go_mark,
    go_row,
    go_top,
    go_visit,
    mute_type,
    open_columns,
    open_trace,
    open_window,
    select_nothing,
    toggle,
    toggle_ignored,
    want_catch_up,
    want_filter,
    want_help,
    want_pause,
    want_place,
)

if TYPE_CHECKING:
    from app.session import Session

__all__ = ["TABLE_GROUPS", "TABLE_KEYS", "TableKey", "TableKeys", "is_typed", "table_keys"]


class TableKey(NamedTuple):
    """A key of the table, and what it does to it. `also` is another key that always does the same.

    `id` is the name that the settings know it by: it stays when the words change.
    """

    name: str
    key: str
    act: Command
    also: str = ""
    id: str = ""


TABLE_GROUPS: Final[dict[str, tuple[TableKey, ...]]] = {
    "Table: time": (
        TableKey("Pause or go on", "Space", want_pause, id="table.pause"),
        TableKey(
            "Go on from where it was paused", "Shift+Space", want_catch_up, id="table.catch-up"
        ),
        TableKey("Follow the newest", "F", follow, id="table.follow"),
        TableKey("To the last row, and follow", "End", go_end, id="table.last"),
        TableKey("To the first row", "Home", go_top, id="table.oldest"),
    ),
    "Table: going somewhere": (
        TableKey("Go to a number or time…", "G", want_place, id="table.go-to"),
        TableKey("Next match", "N", go_row(1), also="F3", id="table.next-match"),
        TableKey("Previous match", "Shift+N", go_row(-1), also="Shift+F3", id="table.previous-match"),
        TableKey("Next error", "E", go_error(1), id="table.next-error"),
        TableKey("Previous error", "Shift+E", go_error(-1), id="table.previous-error"),
        TableKey("Next event over its latency budget", "B", go_breach(1), id="table.next-breach"),
        TableKey("Previous event over its latency budget", "Shift+B", go_breach(-1), id="table.previous-breach"),
        TableKey("Next event of this correlation", "Ctrl+.", go_correlation(1), id="table.next-of-correlation"),
        TableKey(
            "Previous event of this correlation", "Ctrl+,", go_correlation(-1), id="table.previous-of-correlation"
        ),
        TableKey("Back to the event selected before", "Alt+Left", go_visit(-1), id="table.back"),
        TableKey("Forward to the event selected after", "Alt+Right", go_visit(1), id="table.forward"),
        TableKey("Next marked row", "Shift+M", go_mark(1), id="table.next-mark"),
        TableKey("Previous marked row", "Ctrl+Shift+M", go_mark(-1), id="table.previous-mark"),
        TableKey("Next row that a trigger met", "", go_firing(1), id="table.next-firing"),
        TableKey("Previous row that a trigger met", "", go_firing(-1), id="table.previous-firing"),
        TableKey("Select nothing", "Esc", select_nothing, id="table.deselect"),
    ),
    "Table: filtering": (
        TableKey("Filter", "/", want_filter, id="table.filter"),
        TableKey("What can be done with the cell…", "Shift+F10", open_menu, id="table.cell-menu"),
        TableKey("Filter: the cell", "=", filter_by_cell("alone"), id="table.filter-cell"),
        TableKey("Filter: not the cell", "!", filter_by_cell("opposite"), id="table.filter-not-cell"),
        TableKey("Filter: … and the cell", "&", filter_by_cell("and"), id="table.filter-and-cell"),
        TableKey("Filter: … or the cell", "|", filter_by_cell("or"), id="table.filter-or-cell"),
        TableKey("Filter: … and not the cell", "-", filter_by_cell("not"), id="table.filter-and-not-cell"),
        TableKey("Filter: … or not the cell", "", filter_by_cell("or not"), id="table.filter-or-not-cell"),
        TableKey("Filter: write the cell into the line", "Ctrl+=", prepare_cell, id="table.prepare-cell"),
        TableKey("Copy the cell as a filter", "Y", copy_as_filter, id="table.copy-filter"),
        TableKey("Exclude the type of the row", "Del", exclude_type, id="table.exclude-type"),
        TableKey("Mute the type of the row", "Ctrl+M", mute_type, id="table.mute-type"),
        TableKey("Hide or show ignored rows", "Shift+I", toggle_ignored, id="table.hide-ignored"),
    ),
    "Table: noting and colouring": (
        TableKey("Mark the row, or unmark it", "M", toggle(Mark.MARKED), id="table.mark"),
        TableKey("Comment on the row", ";", edit_comment, id="table.comment"),
        TableKey("Ignore the row, or no longer", "I", toggle(Mark.IGNORED), id="table.ignore"),
        TableKey("Count times from the row, or no longer", "Ctrl+T", count_from_here, id="table.time-reference"),
        TableKey("Colour rows like this…", "C", colour_like_cell, id="table.colour-cell"),
        TableKey("Trigger on rows like this…", "", trigger_on_cell, id="table.trigger-cell"),
        *(
            TableKey(f"Colour this conversation: {n}", f"Ctrl+{n}", colour_conversation(n), id=f"table.colour-{n}")
            for n in range(1, 10)
        ),
        TableKey(
            "Take off the colours of conversations", "Ctrl+0", clear_conversations,
            id="table.colour-none",
        ),
    ),
    "Table: the event": (
        TableKey("Open in a window of its own", "Return", open_window, also="Enter", id="table.open"),
        TableKey("Open the trace", "T", open_trace, id="table.trace"),
        TableKey("Copy the event as JSON", "Ctrl+C", copy_event, id="table.copy"),
    ),
    "Table: how it is shown": (
        TableKey("Show times in another way", "Ctrl+Shift+T", count_otherwise, id="table.times"),
        TableKey("Columns, order and times…", "Ctrl+Shift+C", open_columns, id="table.columns"),
        TableKey("Keys", "?", want_help, id="table.help"),
    ),
}  # fmt: skip
"""Every key of the table by what it is for; help and palette list them."""

TABLE_KEYS: Final = tuple(chain.from_iterable(TABLE_GROUPS.values()))


def table_keys(chosen: Mapping[str, str]) -> list[TableKey]:
    """The keys of the table as the user has them."""
    return [known._replace(key=chosen.get(known.id, known.key)) for known in TABLE_KEYS]


class TableKeys:
    """Tells what a key does in a table. The settings are looked at with each key: they may change at any time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._chosen: Mapping[str, str] | None = None
        self._commands: dict[QKeySequence, Command] = {}

    def command(self, event: QKeyEvent) -> Command | None:
        """What a key does, None when that is left to Qt."""
        if self._chosen is not self._session.settings.keys:
            self._chosen = self._session.settings.keys
            self._commands = by_sequence(table_keys(self._chosen))
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        return self._commands.get(pressed) or self._commands.get(QKeySequence(sign_of(event)))


def by_sequence(keys: list[TableKey]) -> dict[QKeySequence, Command]:
    """What each key does."""
    return {QKeySequence(key): known.act for known in keys for key in (known.also, known.key) if key}


def is_typed(event: QKeyEvent) -> bool:
    """Whether a key writes something, so that somebody begins to write a filter."""
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    return not held and event.text().isprintable() and not event.text().isspace() and event.text() != ""


def sign_of(event: QKeyEvent) -> str:
    """The sign that was typed: on many keyboards `/`, `;` and `?` are typed with Shift."""
    text = event.text()
    return text if len(text) == 1 and text.isprintable() and not text.isalnum() and not text.isspace() else ""
