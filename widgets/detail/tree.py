"""The tree of an event's fields: a view that tells which field is chosen, and shows the field that has a byte."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHeaderView, QTreeView, QWidget

from app.detail.fields import scalar_text
from app.detail.json_text import JsonValue
from widgets.detail.branch import Branch, Key
from widgets.detail.tree_model import TreeModel
from widgets.detail.value_text import value_text
from widgets.look.fonts import mono_font

__all__ = ["FieldTree", "whole_text"]


PAYLOAD: Final = "Payload"
MOST_OPENED: Final = 200
INDENT: Final = 14
NAMES_SHARE: Final = 0.42
LEAST_NAMES, MOST_NAMES = 112, 150
"""Pixels of the column of names, and the part of the width that it may take."""


class Place(NamedTuple):
    """A row of the tree in any event: its group, and the names and numbers down to it."""

    group: str
    keys: tuple[Key, ...]


class FieldTree(QTreeView):
    """Emits `chosen` with the branch that became current, and `menu_wanted` with one and a place on the screen."""

    chosen = Signal(object)  # Branch
    menu_wanted = Signal(object, object)  # Branch, QPoint

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = TreeModel(self)
        self.setModel(self.fields)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setAccessibleName("fields of the event")
        self.setFont(mono_font())
        self.header().setFont(QGuiApplication.font())
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self._names_px = 0
        """Width of the names that nobody has chosen."""
        self._opened: set[Place] = set()
        self._closed: set[Place] = set()
        self._chosen: Place | None = None
        self.expanded.connect(self._note_open)
        self.collapsed.connect(self._note_closed)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy_value, context=Qt.ShortcutContext.WidgetShortcut)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names leave room for the values, unless somebody has drawn the line between them."""
        super().resizeEvent(event)
        if not self._names_px or self.columnWidth(0) == self._names_px:
            self._names_px = min(max(int(self.viewport().width() * NAMES_SHARE), LEAST_NAMES), MOST_NAMES)
            self.setColumnWidth(0, self._names_px)

    @property
    def current(self) -> Branch | None:
        """The branch that is current."""
        index = self.currentIndex()
        return self.fields.branch(index) if index.isValid() else None

    def show_groups(self, groups: Iterable[tuple[str, Any]]) -> None:
        """Show another event's groups, open as they were, with the same field chosen if it has that."""
        with QSignalBlocker(self):
            self.fields.show(groups)
        for group in self.fields.groups():
            self.setExpanded(self.fields.index_of(group), place_of(group) not in self._closed)
        for place in sorted(self._opened, key=lambda place: len(place.keys)):
            if (branch := self.fields.find(*place)) is not None:
                self.expand(self.fields.index_of(branch))
        if self._chosen is not None and (branch := self.fields.find(*self._chosen)) is not None:
            self.setCurrentIndex(self.fields.index_of(branch))
            self.scrollTo(self.fields.index_of(branch))

    def payload(self) -> Branch | None:
        """The branch of the payload."""
        return self.fields.find(PAYLOAD, ())

    def reveal_byte(self, byte: int) -> None:
        """Go to the field of the payload that has this byte."""
        branch = self.payload()
        if branch is not None and isinstance(branch.value, JsonValue):
            self.reveal(self.fields.member(branch, branch.value.text.way_to(byte)))

    def reveal(self, branch: Branch) -> None:
        """Make a branch the current one, and open what is above it."""
        above = branch.parent
        while above is not None and above.parent is not None:
            self.expand(self.fields.index_of(above))
            above = above.parent
        self.setCurrentIndex(self.fields.index_of(branch))
        self.scrollTo(self.fields.index_of(branch))

    def copy_value(self) -> None:
        """The current value, whole, to the clipboard."""
        if self.current is not None:
            QGuiApplication.clipboard().setText(whole_text(self.current.value))

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if current.isValid():
            branch = self.fields.branch(current)
            self._chosen = place_of(branch)
            self.chosen.emit(branch)

    def _note_open(self, index: QModelIndex) -> None:
        """What was opened by the reader stays open in the next event."""
        place = place_of(self.fields.branch(index))
        self._closed.discard(place)
        if place.keys and len(self._opened) < MOST_OPENED:
            self._opened.add(place)

    def _note_closed(self, index: QModelIndex) -> None:
        place = place_of(self.fields.branch(index))
        self._opened.discard(place)
        if not place.keys:
            self._closed.add(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse for the field under it, by its key for the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()) if by_key else event.globalPos()
            self.menu_wanted.emit(self.fields.branch(index), at)


def place_of(branch: Branch) -> Place:
    """Where a branch is, in any event."""
    return Place(branch.group.name.partition(" (")[0], tuple(branch.keys))


def whole_text(value: Any) -> str:
    """A value for the clipboard: texts bare, what has members as it is written."""
    if isinstance(value, JsonValue) and value.is_container:
        return value.raw.decode("utf-8", "replace")
    text = scalar_text(value)
    return value_text(value) if text is None else text
