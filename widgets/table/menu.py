"""The menu of a cell: filters made of what it says, what can be done with its row, and copies of both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.colours import CONVERSATION_TONES
from app.columns.field import Field
from app.columns.fields import FIELDS
from app.commands.row_text import row_text
from app.decoding import place_of
from app.exports.event_json import event_line
from app.marks import Mark
from app.store.stored import StoredEvent
from widgets.clause_menu import Way, add_filters, shown
from widgets.detail.decode_dialog import DecodeDialog
from widgets.keys.place_keys import now
from widgets.table.chosen import with_cell
from widgets.table.commands import mute_type, open_trace
from widgets.table.keys import TABLE_KEYS

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["menu_of_cell", "open_cell_menu"]

OFTEN: Final = ("type", "category", "source", "producer", "subscription", "correlation")
"""Fields by which rows are narrowed down often, whichever cell was clicked on."""

KEYS: Final[dict[Way, str]] = {
    "alone": "filter-cell",
    "opposite": "filter-not-cell",
    "and": "filter-and-cell",
    "or": "filter-or-cell",
    "not": "filter-and-not-cell",
    "or not": "filter-or-not-cell",
}
"""The commands of the table that filter by a cell in each way."""


def open_cell_menu(table: EventTable, index: QModelIndex, at: QPoint) -> None:
    """Open the menu of the cell at `index`; it never blocks the loop, nor waits for a disk."""
    field = table.rows.columns[index.column()].field
    with_cell(table, index, lambda cell: menu_of_cell(table, cell.event, field, cell.told).popup(at))


def menu_of_cell(table: EventTable, event: StoredEvent, field: Field, told: StoredEvent | None = None) -> QMenu:
    """The menu for what the row of an event says in a field; `told` is the event that lends the value, if another."""
    menu = QMenu(table)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    clause = field.clause(told or event)
    add_filters(menu, table.focus, clause, keys_of_ways(table))
    add_shortcuts(menu.addMenu("Only"), table, event)
    if event.type:
        exclude = FIELDS["type"].clause(event)
        key = key_of(table, "exclude-type")
        menu.addAction(f"Exclude type {shown(event.type)}{key}", partial(table.focus.join_filter, exclude, "not"))
        menu.addAction(f"Mute type {shown(event.type)}{key_of(table, 'mute-type')}", partial(mute_type, table))
    menu.addSeparator()
    add_colours(menu.addMenu("Colour"), table, event, clause)
    add_trigger(menu, table, clause)
    add_notes(menu, table, event)
    menu.addSeparator()
    trace = menu.addAction(f"Open trace{key_of(table, 'trace')}", partial(open_trace, table))
    trace.setEnabled(event.correlation_id is not None)
    add_decoding(menu, table, event)
    menu.addSeparator()
    copies = menu.addMenu("Copy")
    copies.addAction("Cell", partial(copy, field.whole, told or event))
    add_copies(copies, table, event, clause)
    return menu


def add_shortcuts(menu: QMenu, table: EventTable, event: StoredEvent) -> None:
    """Filters for nothing but rows that are like this one in some field."""
    for name in OFTEN:
        if said := FIELDS[name].whole(event):
            clause = FIELDS[name].clause(event)
            menu.addAction(f"{FIELDS[name].title}: {shown(said)}", partial(table.focus.propose_filter, clause))


def add_colours(menu: QMenu, table: EventTable, event: StoredEvent, clause: str) -> None:
    """Colours by a rule, or for a while for the conversation."""
    like = menu.addAction(f"Rows like this…{key_of(table, 'colour-cell')}", partial(table.colour_wanted.emit, clause))
    like.setEnabled(bool(clause))
    if trace := event.correlation_id:
        menu.addSeparator()
        for number, tone in enumerate(CONVERSATION_TONES, 1):
            text = f"This conversation: {tone}{key_of(table, f'colour-{number}')}"
            menu.addAction(text, partial(table.notes.paint_conversation, trace, number))


def add_trigger(menu: QMenu, table: EventTable, clause: str) -> None:
    """Wait for rows like this one."""
    on_this = partial(table.trigger_wanted.emit, clause)
    menu.addAction(f"Trigger on this…{key_of(table, 'trigger-cell')}", on_this).setEnabled(bool(clause))


def add_notes(menu: QMenu, table: EventTable, event: StoredEvent) -> None:
    """Marks and comments."""
    marks, notes, reference = table.session.marks, table.notes, table.session.marks.reference
    for text, undo, kind, key in (
        ("Mark", "Remove the mark", Mark.MARKED, "mark"),
        ("Ignore", "Ignore no longer", Mark.IGNORED, "ignore"),
    ):
        text = undo if marks.has(event.seq, kind) else text
        menu.addAction(f"{text}{key_of(table, key)}", partial(notes.toggle, event.seq, kind))
    menu.addAction(f"Comment…{key_of(table, 'comment')}", partial(notes.edit_comment, event.seq))
    counted = reference is not None and reference.seq == event.seq
    text = "Count times from here no longer" if counted else "Count times from here"
    menu.addAction(f"{text}{key_of(table, 'time-reference')}", partial(notes.count_from, event))


def keys_of_ways(table: EventTable) -> dict[Way, str]:
    """The keys that filter by a cell."""
    return {way: key_of(table, name).strip() for way, name in KEYS.items()}


def key_of(table: EventTable, name: str) -> str:
    """The key of a command, as it stands at the right of a menu."""
    known = next((key for key in now(TABLE_KEYS, table.session.settings.keys) if key.id == f"table.{name}"), None)
    return "\t" + known.key.replace("&", "&&") if known and known.key else ""


def add_decoding(menu: QMenu, table: EventTable, event: StoredEvent) -> None:
    """How the messages of the channel are read, where that is up to the user."""
    if (place := place_of(event, table.session.sources)) is not None:
        decode = partial(DecodeDialog, table, place, event, table.repaint_rows)
        menu.addAction("Decode as…", lambda: decode().open())


def add_copies(menu: QMenu, table: EventTable, event: StoredEvent, clause: str) -> None:
    """What can be copied of a row."""
    told: dict[str, Callable[[StoredEvent], str]] = {
        f"As filter{key_of(table, 'copy-filter')}": lambda _: clause,
        "Row as text": row_text,
        f"Event as JSON{key_of(table, 'copy')}": event_line,
        "Id": FIELDS["id"].whole,
    }
    for text, tell in told.items():
        menu.addAction(text, partial(copy, tell, event))


def copy(tell: Callable[[StoredEvent], str], event: StoredEvent) -> None:
    """What is told of an event to the clipboard."""
    QGuiApplication.clipboard().setText(tell(event))
