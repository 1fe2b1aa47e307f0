"""The keys of the table: which there are, and which command each gives."""

from __future__ import annotations

from itertools import chain
from typing import Final

from app.marks import Mark
from widgets.keys.place_keys import PlaceKey
from widgets.table.cell_commands import (
    colour_like_cell,
    copy_as_filter,
    filter_by_cell,
    open_menu,
    prepare_cell,
    trigger_on_cell,
)
from widgets.table.commands import (
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

__all__ = ["TABLE_GROUPS", "TABLE_KEYS"]

TABLE_GROUPS: Final[dict[str, tuple[PlaceKey, ...]]] = {
    "Table: time": (
        PlaceKey("Pause or go on", "Space", want_pause, id="table.pause"),
        PlaceKey(
            "Go on from where it was paused", "Shift+Space", want_catch_up, id="table.catch-up"
        ),
        PlaceKey("Follow the newest", "F", follow, id="table.follow"),
        PlaceKey("To the last row, and follow", "End", go_end, id="table.last"),
        PlaceKey("To the first row", "Home", go_top, id="table.oldest"),
    ),
    "Table: going somewhere": (
        PlaceKey("Go to a number or time…", "G", want_place, id="table.go-to"),
        PlaceKey("Next match", "N", go_row(1), also="F3", id="table.next-match"),
        PlaceKey("Previous match", "Shift+N", go_row(-1), also="Shift+F3", id="table.previous-match"),
        PlaceKey("Next error", "E", go_error(1), id="table.next-error"),
        PlaceKey("Previous error", "Shift+E", go_error(-1), id="table.previous-error"),
        PlaceKey("Next event over its latency budget", "B", go_breach(1), id="table.next-breach"),
        PlaceKey("Previous event over its latency budget", "Shift+B", go_breach(-1), id="table.previous-breach"),
        PlaceKey("Next event of this correlation", "Ctrl+.", go_correlation(1), id="table.next-of-correlation"),
        PlaceKey(
            "Previous event of this correlation", "Ctrl+,", go_correlation(-1), id="table.previous-of-correlation"
        ),
        PlaceKey("Back to the event selected before", "Alt+Left", go_visit(-1), id="table.back"),
        PlaceKey("Forward to the event selected after", "Alt+Right", go_visit(1), id="table.forward"),
        PlaceKey("Next marked row", "Shift+M", go_mark(1), id="table.next-mark"),
        PlaceKey("Previous marked row", "Ctrl+Shift+M", go_mark(-1), id="table.previous-mark"),
        PlaceKey("Next row that a trigger met", "", go_firing(1), id="table.next-firing"),
        PlaceKey("Previous row that a trigger met", "", go_firing(-1), id="table.previous-firing"),
        PlaceKey("Select nothing", "Esc", select_nothing, id="table.deselect"),
    ),
    "Table: filtering": (
        PlaceKey("Filter", "/", want_filter, id="table.filter"),
        PlaceKey("What can be done with the cell…", "Shift+F10", open_menu, id="table.cell-menu"),
        PlaceKey("Filter: the cell", "=", filter_by_cell("alone"), id="table.filter-cell"),
        PlaceKey("Filter: not the cell", "!", filter_by_cell("opposite"), id="table.filter-not-cell"),
        PlaceKey("Filter: … and the cell", "&", filter_by_cell("and"), id="table.filter-and-cell"),
        PlaceKey("Filter: … or the cell", "|", filter_by_cell("or"), id="table.filter-or-cell"),
        PlaceKey("Filter: … and not the cell", "-", filter_by_cell("not"), id="table.filter-and-not-cell"),
        PlaceKey("Filter: … or not the cell", "", filter_by_cell("or not"), id="table.filter-or-not-cell"),
        PlaceKey("Filter: write the cell into the line", "Ctrl+=", prepare_cell, id="table.prepare-cell"),
        PlaceKey("Copy the cell as a filter", "Y", copy_as_filter, id="table.copy-filter"),
        PlaceKey("Exclude the type of the row", "Del", exclude_type, id="table.exclude-type"),
        PlaceKey("Mute the type of the row", "Ctrl+M", mute_type, id="table.mute-type"),
        PlaceKey("Hide or show ignored rows", "Shift+I", toggle_ignored, id="table.hide-ignored"),
    ),
    "Table: noting and colouring": (
        PlaceKey("Mark the row, or unmark it", "M", toggle(Mark.MARKED), id="table.mark"),
        PlaceKey("Comment on the row", ";", edit_comment, id="table.comment"),
        PlaceKey("Ignore the row, or no longer", "I", toggle(Mark.IGNORED), id="table.ignore"),
        PlaceKey("Count times from the row, or no longer", "Ctrl+T", count_from_here, id="table.time-reference"),
        PlaceKey("Colour rows like this…", "C", colour_like_cell, id="table.colour-cell"),
        PlaceKey("Trigger on rows like this…", "", trigger_on_cell, id="table.trigger-cell"),
        *(
            PlaceKey(f"Colour this conversation: {n}", f"Ctrl+{n}", colour_conversation(n), id=f"table.colour-{n}")
            for n in range(1, 10)
        ),
        PlaceKey(
            "Take off the colours of conversations", "Ctrl+0", clear_conversations,
            id="table.colour-none",
        ),
    ),
    "Table: the event": (
        PlaceKey("Open in a window of its own", "Return", open_window, also="Enter", id="table.open"),
        PlaceKey("Open the trace", "T", open_trace, id="table.trace"),
        PlaceKey("Copy the event as JSON", "Ctrl+C", copy_event, id="table.copy"),
    ),
    "Table: how it is shown": (
        PlaceKey("Show times in another way", "Ctrl+Shift+T", count_otherwise, id="table.times"),
        PlaceKey("Columns, order and times…", "Ctrl+Shift+C", open_columns, id="table.columns"),
        PlaceKey("Keys", "?", want_help, id="table.help"),
    ),
}  # fmt: skip
"""Every key of the table by what it is for; help and palette list them."""

TABLE_KEYS: Final = tuple(chain.from_iterable(TABLE_GROUPS.values()))
