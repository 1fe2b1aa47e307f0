"""The detail view: one event in full, as a tree, as text, as bytes, and beside the one before it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.decoding import Place, Recognition, add_path, fetch_schema
from app.detail.detail import Detail
from app.detail.wording import summary_of
from app.display import display
from app.marks import Mark
from app.session import Session
from app.store.lookup import Lookup
from app.tasks import spawn
from widgets.detail.branch import Branch
from widgets.detail.changes_view import ChangesView
from widgets.detail.copy_menu import copy_menu
from widgets.detail.decode_dialog import PATH_FIELDS, DecodeDialog
from widgets.detail.field_menu import field_menu, path_of
from widgets.detail.find_bar import FindBar
from widgets.detail.finder import Finder
from widgets.detail.head import DetailHead
from widgets.detail.keys import DETAIL_KEYS
from widgets.detail.panes import Panes
from widgets.detail.reader import GONE, Opened, Reader, opened
from widgets.detail.reading_line import ReadingLine
from widgets.focus import Focus
from widgets.keys.place_keys import KeyFilter, PlaceKeys
from widgets.look.text import label

__all__ = ["GONE", "NOTHING_SELECTED", "READING", "DetailView"]

NOTHING_SELECTED: Final = "Select an event to see what it carries."
READING: Final = "Reading this event from the capture file…"
UNREAD: Final = "This event could not be read. The log has the details."

MARKED: Final = "★ marked"
FACTS: Final = "Source facts"
ATTACHING: Final = "attaching"


class DetailView(QWidget):
    """Shows the event that the focus is on or, with `pinned`, always the same one."""

    def __init__(
        self, session: Session, focus: Focus, parent: QWidget | None = None, *, pinned: int | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._pinned = pinned
        self._seq: int | None = None
        self._before: int | None = None
        self._detail: Detail | None = None
        self._noted = -1
        self._lookup = Lookup("read an event")
        self.head = DetailHead(own_window=pinned is not None)
        self.changes = ChangesView(session, self._others)
        self.panes = Panes(self.changes)
        self.find_bar = FindBar()
        self.finder = Finder(self.find_bar, self.panes)
        self.empty = label(NOTHING_SELECTED, "empty", wrap=True)
        self.line = ReadingLine()
        self.reader = Reader(self.line, self.panes, self._show)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.show_event(focus.seq if pinned is None else pinned)

    @property
    def seq(self) -> int | None:
        """The event that is shown or was asked for."""
        return self._seq

    @property
    def detail(self) -> Detail | None:
        """What is known of the event, once it is read."""
        return self._detail

    def tick(self) -> None:
        """An event never changes, but what is noted of it does, and it may go."""
        if self._seq is None:
            return
        self.line.tick()
        if self._session.marks.version != self._noted:
            self._show_note(self._seq)
        self.head.gone.setVisible(not self._session.store.keeps(self._seq))

    def show_event(self, seq: int | None) -> None:
        """Show an event, or say why there is none to show."""
        self.reader.give_up()
        self._lookup.give_up()
        if seq != self._seq:
            self._before, self._seq = self._seq, seq
        self._detail = None
        if seq is None:
            return self._say(NOTHING_SELECTED)
        work = partial(opened, self._session.store, list(self._session.sources), seq)
        self._lookup.ask(work, self._read, partial(self._say, READING), lambda _: self._say(UNREAD))

    def give_up(self) -> None:
        """Read, look for and compare nothing any more: this view goes."""
        self.reader.give_up()
        self._lookup.give_up()
        self.finder.give_up()
        self.changes.show_event(None)

    def open_find(self) -> None:
        """Look for a text in the event."""
        if self._pages.currentIndex():
            self.find_bar.open()

    def step(self, step: int) -> None:
        """To the next hit, or with -1 to the one before; while nothing is looked for, ask what."""
        if self.find_bar.isHidden():
            self.open_find()
        else:
            self.find_bar.step(step)

    def ask_decoding(self) -> None:
        """Ask how the events of this one's channel shall be decoded."""
        if self._detail is not None and self._detail.place is not None:
            DecodeDialog(self, self._detail.place, self._detail.event, lambda: self.show_event(self._seq)).open()

    def want_window(self) -> None:
        """Ask for a window of its own for the event."""
        if self._seq is not None:
            self._focus.want_window(self._seq)

    def _say(self, text: str) -> None:
        """Show no event, but why."""
        self.empty.setText(text)
        self._pages.setCurrentIndex(0)

    def _read(self, event: Opened | str) -> None:
        if isinstance(event, str):
            return self._say(event)
        self._pages.setCurrentIndex(1)
        told = event.reading.event
        self.head.show_event(told, summary_of(told))
        self._show_note(told.seq)
        self.reader.read(event)

    def _show(self, detail: Detail) -> None:
        self._detail = detail
        self.line.hide()
        self.head.show_event(detail.event, detail.summary)
        self.changes.show_event(detail)
        self.panes.show_groups(self._groups(detail), detail.document, detail.payload)
        self.finder.again()
        self._show_recognition(detail)

    def _groups(self, detail: Detail) -> list[tuple[str, Any]]:
        """What the tree shows. What attaching does at the source is known as long as that is attached."""
        source = next((each for each in self._session.sources if each.label == detail.event.source), None)
        safety = {} if source is None else {ATTACHING: source.connector.safety}
        return [(name, {**value, **safety} if name == FACTS else value) for name, value in detail.groups]

    def _others(self) -> list[tuple[str, int]]:
        """An event that the reader has chosen as well, to be compared with."""
        if self._pinned is not None:
            chosen = self._focus.seq
            return [] if chosen in (None, self._pinned) else [(f"the selected event #{chosen:,}", chosen)]
        return [] if self._before is None else [(f"the event selected before #{self._before:,}", self._before)]

    def _show_note(self, seq: int) -> None:
        marks = self._session.marks
        self._noted = marks.version
        noted = [MARKED if marks.has(seq, Mark.MARKED) else "", marks.comment(seq)]
        self.head.show_note(" · ".join(part for part in noted if part))

    def _show_recognition(self, detail: Detail) -> None:
        """The badge says what the event was taken for; its tooltip by which rules."""
        recognition = detail.recognition
        self.head.decode.setVisible(recognition is not None)
        if recognition is None:
            return
        rules: dict[str, str] = next((value for name, value in detail.groups if name == "Recognised"), {})
        tip = "\n".join(f"{name}: {display(rule)}" for name, rule in rules.items())
        self.head.show_badge(recognition.badge, tip)
        if detail.place is not None and recognition.lacks_schema:
            spawn(self._ask_registry(detail, detail.place, recognition), name="schema for the detail")

    async def _ask_registry(self, detail: Detail, place: Place, recognition: Recognition) -> None:
        """Show the event once more when its schema has come."""
        await fetch_schema(place, recognition)
        if detail is self._detail:
            self.show_event(self._seq)

    def _open_menu(self, branch: Branch, at: QPoint) -> None:
        detail = self._detail
        if detail is None:
            return
        menu = field_menu(self, self._focus, detail.event, branch)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if (path := path_of(branch)) and detail.place is not None:
            self.offer_path(menu, detail.place, path)
        menu.popup(at)

    def offer_path(self, menu: QMenu, place: Place, path: str) -> None:
        """What stands there may be the type, the id … of all events of the channel."""
        uses = menu.addMenu("Use as")
        for column, (name, _) in PATH_FIELDS.items():
            uses.addAction(name, partial(self._use_as, place, column, path))

    def _use_as(self, place: Place, column: str, path: str) -> None:
        if trouble := add_path(place, column, path):
            self.head.show_error(trouble)
        else:
            self.show_event(self._seq)

    def _open_copies(self, button: QWidget) -> None:
        if self._detail is not None:
            menu = copy_menu(self, self._session, self._detail, self.line.say)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _open_trace(self) -> None:
        if self._detail is not None:
            self._focus.select_trace(self._detail.event.correlation_id)

    def _connect(self) -> None:
        if self._pinned is None:
            self._focus.event_changed.connect(self.show_event)
        self.head.find_asked.connect(self.open_find)
        self.head.decode_asked.connect(self.ask_decoding)
        self.head.trace_asked.connect(self._open_trace)
        self.head.window_asked.connect(self.want_window)
        self.head.copy_asked.connect(self._open_copies)
        self.changes.field_wanted.connect(self.panes.show_field)
        self.panes.tree.menu_wanted.connect(self._open_menu)
        panes = self.panes
        parts = [panes.tree, panes.text, panes.bytes, panes.tabs.tabBar(), self.changes.list, self.find_bar.edit]
        KeyFilter(PlaceKeys(self._session, DETAIL_KEYS), self, parts)

    def _lay_out(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 8, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.head)
        column.addWidget(self.find_bar)
        column.addWidget(self.line)
        column.addWidget(self.panes, 1)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
