"""The panes of the detail: fields, text and changes over the bytes. What is chosen in one is shown in all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabWidget, QWidget

from app.detail.document import Document
from app.detail.find import Hit
from app.detail.json_text import JsonValue
from app.detail.letting_go import let_go
from app.filter.json_path import JsonPath
from widgets.detail.branch import Branch, Range
from widgets.detail.hex_view import HexView
from widgets.detail.rows_area import RowsArea
from widgets.detail.text_view import TextView
from widgets.detail.tree import FieldTree
from widgets.look.text import label

__all__ = ["Panes"]

NO_TEXT = "These bytes are no text. They stand below, by their digits."
NO_PAYLOAD = "This event carries no payload."
ON_ITS_WAY = "The payload is being fetched."


class Panes(QSplitter):
    """Three tabs above the bytes. Bytes belong to fields only where the payload is read in place."""

    def __init__(self, changes: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.tree = FieldTree()
        self.text = TextView()
        self.bytes = HexView()
        self.changes = changes
        self.tabs = QTabWidget()
        self._document = Document(b"", "none")
        self._pointing: RowsArea | None = None
        self._no_text = label("", "empty", wrap=True)
        self._text_page = QStackedWidget()
        self._lay_out()
        self.tree.chosen.connect(self._choose)
        self.text.pointed.connect(lambda byte: self._point(self.text, byte))
        self.bytes.pointed.connect(lambda byte: self._point(self.bytes, byte))

    def show_groups(self, groups: Iterable[tuple[str, Any]], document: Document, payload: bytes) -> None:
        """Show an event's fields, what its payload reads as, and the payload."""
        before, self._document = [self._document], document
        self.text.show_lines(document.lines)
        self.bytes.show_bytes(payload)
        self.tree.show_groups(groups)
        self._text_page.setCurrentIndex(0 if document.lines is not None else 1)
        self._no_text.setText(NO_PAYLOAD if document.form == "none" else NO_TEXT if payload else ON_ITS_WAY)
        self.bytes.setVisible(bool(payload))
        let_go(before)

    @property
    def document(self) -> Document:
        """What is read now."""
        return self._document

    @property
    def in_fields(self) -> bool:
        """Whether the fields are in front."""
        return self.tabs.currentWidget() is self.tree

    def show_hits(self, hits: list[Hit], current: Hit | None) -> None:
        """Highlight what was found in the payload."""
        self.text.show_hits(hits, current)
        if self._document.in_place:
            self.bytes.show_hits(hits, current)

    def show_field(self, field: str) -> None:
        """Go to the field that a change is about, if this event has it."""
        group, _, rest = field.partition(".") if "." in field else ("", "", field)
        start = {"payload": "Payload", "header": "Headers"}.get(group, "Envelope")
        branch = self.tree.fields.find(start, JsonPath(rest).steps)
        if branch is not None:
            self.tabs.setCurrentWidget(self.tree)
            self.tree.reveal(branch)

    def _choose(self, branch: Branch) -> None:
        """A field was chosen: show its bytes."""
        found = bytes_of(branch)
        for area in (self.text, self.bytes):
            if area is self.text or self._document.in_place:
                area.mark(found, reveal=area is not self._pointing)

    def _point(self, area: RowsArea, byte: int) -> None:
        """The reader went to a byte: choose the field that has it."""
        if self._document.json is None or (area is self.bytes and not self._document.in_place):
            return
        self._pointing = area
        self.tree.reveal_byte(byte)
        self._pointing = None

    def _lay_out(self) -> None:
        self._no_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text_page.addWidget(self.text)
        self._text_page.addWidget(self._no_text)
        self.tabs.addTab(self.tree, "Fields")
        self.tabs.addTab(self._text_page, "Text")
        self.tabs.addTab(self.changes, "Changes")
        self.addWidget(self.tabs)
        self.addWidget(self.bytes)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 1)
        self.setChildrenCollapsible(True)
        self.setCollapsible(0, False)


def bytes_of(branch: Branch) -> Hit | None:
    """The bytes of a field of the payload."""
    if not branch.group.name.startswith("Payload"):
        return None
    match branch.value:
        case JsonValue(start=start, end=end):
            return start, end
        case Range(value=value, first=first, stop=stop):
            return value.member(first)[1].start, value.member(stop - 1)[1].end
    return None
