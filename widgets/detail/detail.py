"""The detail view: one event in full, as a tree, as text and as bytes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPlainTextEdit,
    QStackedWidget,
    QTabWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.decoding import Place, Recognition, add_path, fetch_schema
from app.detail import Detail, detail_of
from app.display import display
from app.exports.event_json import event_line
from app.gaps import GAP_MARK, is_gap
from app.session import Session
from app.store.stored import Evicted
from app.tasks import spawn
from widgets.detail.decode_dialog import PATH_FIELDS, DecodeDialog
from widgets.detail.tree_model import Branch, Pairs, TreeModel, entries, value_text
from widgets.focus import Focus
from widgets.look.fonts import mono_font
from widgets.look.text import label, selectable
from widgets.look.tools import plain_tip, tool

NOTHING_SELECTED = "Select an event to see what it carries."
GONE = "This event is no longer kept: older events were evicted to stay within the memory budget."


class DetailView(QWidget):
    """Shows the event that the focus is on."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._seq: int | None = None
        self._detail: Detail | None = None
        self._title = selectable("", "heading")
        self._subtitle = label("", "muted", wrap=True)
        self._error = label("", "error", wrap=True)
        self._badge = label("", "badge")
        self._decode = tool("", "Decode the events of this channel as something else…", "layers")
        self._decode.clicked.connect(self.ask_decoding)
        self._empty = label(NOTHING_SELECTED, "empty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.model = TreeModel(self)
        self._tree = self._make_tree()
        self._text = plain_view("payload as text")
        self._raw = plain_view("payload as bytes")
        self._pages = QStackedWidget()
        self._lay_out()
        focus.event_changed.connect(self.show_event)
        self.show_event(focus.seq)

    def tick(self) -> None:
        """Nothing: an event never changes."""

    def show_event(self, seq: int | None) -> None:
        """Show an event, or say why there is none to show."""
        self._seq = seq
        try:
            detail = None if seq is None else detail_of(self._session.store, seq, self._session.sources)
        except Evicted:
            detail = None
        self._detail = detail
        self._empty.setText(NOTHING_SELECTED if seq is None else GONE)
        self._pages.setCurrentIndex(0 if detail is None else 1)
        if detail is not None:
            self._show(detail)

    def _show(self, detail: Detail) -> None:
        event = detail.event
        self._title.setText(f"{GAP_MARK} Gap" if is_gap(event) else display(event.type or "(no type)"))
        self._subtitle.setText(display(detail.summary, limit=1_000))
        self._error.setText(display(event.error or "", limit=2_000))
        self._error.setVisible(bool(event.error) and not is_gap(event))
        self.model.show((name, Pairs(value) if isinstance(value, tuple) else value) for name, value in detail.groups)
        self._tree.expandToDepth(0)
        self._show_recognition(detail)
        self._text.setPlainText(detail.text)
        self._raw.setPlainText(detail.hexdump)

    def _show_recognition(self, detail: Detail) -> None:
        """The badge says what the event was taken for; its tooltip by which rules."""
        recognition = detail.recognition
        self._decode.setVisible(recognition is not None)
        self._badge.setVisible(recognition is not None and bool(recognition.badge))
        if recognition is not None:
            self._badge.setText(display(recognition.badge, limit=40))
            rules: dict[str, str] = next((value for name, value in detail.groups if name == "Recognised"), {})
            self._badge.setToolTip(plain_tip("\n".join(f"{name}: {display(rule)}" for name, rule in rules.items())))
            if detail.place is not None and recognition.lacks_schema:
                spawn(self._ask_registry(detail, detail.place, recognition), name="schema for the detail")

    async def _ask_registry(self, detail: Detail, place: Place, recognition: Recognition) -> None:
        """Show the event once more when its schema has come."""
        await fetch_schema(place, recognition)
        if detail is self._detail:
            self.show_event(self._seq)

    def ask_decoding(self) -> None:
        """Ask how the events of this one's channel shall be decoded."""
        if self._detail is not None and self._detail.place is not None:
            DecodeDialog(self, self._detail.place, self._detail.event, lambda: self.show_event(self._seq)).open()

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _copy_event(self) -> None:
        if self._seq is not None:
            self._copy(event_line(self._session.store.event(self._seq)))

    def _copy_value(self) -> None:
        if (index := self._tree.currentIndex()).isValid():
            value = self.model.branch(index).value
            self._copy(value if isinstance(value, str) else value_text(value))

    def _open_menu(self, at: QPoint) -> None:
        index = self._tree.indexAt(at)
        if not index.isValid():
            return
        branch = self.model.branch(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value", self._copy_value)
        menu.addAction("Copy path", lambda: self._copy(branch.path))
        if wanted := filter_for(branch):
            shown = display(wanted, limit=60).replace("&", "&&")
            menu.addAction(f"Filter: {shown}", lambda: self._focus.propose_filter(wanted))
        if (path := path_of(branch)) and self._detail is not None and self._detail.place is not None:
            self._offer_path(menu, self._detail.place, path)
        menu.popup(self._tree.viewport().mapToGlobal(at))

    def _offer_path(self, menu: QMenu, place: Place, path: str) -> None:
        """What stands there may be the type, the id … of all events of the channel."""
        uses = menu.addMenu("Use as")
        for column, (name, _) in PATH_FIELDS.items():
            uses.addAction(name, partial(self._use_as, place, column, path))

    def _use_as(self, place: Place, column: str, path: str) -> None:
        if trouble := add_path(place, column, path):
            self._error.setText(trouble)
            self._error.show()
        else:
            self.show_event(self._seq)

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setAccessibleName("fields of the event")
        tree.setFont(mono_font())
        tree.header().setFont(self.font())
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        tree.header().resizeSection(0, 150)
        tree.header().setStretchLastSection(True)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._open_menu)
        QShortcut(QKeySequence.StandardKey.Copy, tree, self._copy_value, context=Qt.ShortcutContext.WidgetShortcut)
        return tree

    def _lay_out(self) -> None:
        tabs = QTabWidget()
        tabs.addTab(self._tree, "Fields")
        tabs.addTab(self._text, "Text")
        tabs.addTab(self._raw, "Bytes")
        copy = tool("", "Copy this event as JSON", "copy")
        copy.clicked.connect(self._copy_event)
        trace = tool("", "Show the trace of this event (T)", "list-tree")
        trace.clicked.connect(self._open_trace)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._badge)
        top.addWidget(self._decode)
        top.addWidget(trace)
        top.addWidget(copy)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 8, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._subtitle)
        column.addWidget(self._error)
        column.addWidget(tabs, 1)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _open_trace(self) -> None:
        if self._seq is not None:
            self._focus.select_trace(self._session.store.event(self._seq).correlation_id)


def plain_view(name: str) -> QPlainTextEdit:
    """A read-only view of plain text in the monospace font."""
    view = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
    view.setFont(mono_font())
    view.setAccessibleName(name)
    return view


def path_of(branch: Branch) -> str | None:
    """The path by which rules know a value of the payload or a header; None for anything else."""
    group = branch
    while group.parent is not None and group.parent.parent is not None:
        group = group.parent
    if group is branch or entries(branch.value):
        return None
    if group.name == "Headers":
        return f"header:{branch.name}"
    return branch.path[len(group.name) :].removeprefix(".") if group.name.startswith("Payload") else None


FILTER_FIELDS = {
    "id": "id",
    "type": "type",
    "category": "category",
    "producer": "producer",
    "source": "source",
    "channel": "channel",
    "subscription": "subscription",
    "correlation": "correlation",
    "caused by": "causation",
    "key": "key",
    "priority": "priority",
    "phase": "phase",
}
"""Names in the tree that the filter language has a field for."""


def filter_for(branch: Branch) -> str | None:
    """The filter that finds events with the same value, if the language has that field."""
    field = FILTER_FIELDS.get(branch.name)
    at_envelope = branch.parent is not None and branch.parent.name == "Envelope"
    if field is None or not at_envelope or entries(branch.value):
        return None
    return f'{field}:"{value_text(branch.value)}"'
