"""The filter's input line: says by its edge whether the text is right, and completes fields and values."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from widgets.filter.suggestions import Suggestion
from widgets.look.fonts import mono_font
from widgets.look.icons import icon
from widgets.look.noted_rows import NotedList, NotedModel

__all__ = ["Edge", "FilterEdit"]

ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Suggest = Callable[[str], list[Suggestion]]
"""What the given beginning of a filter could go on to."""


class Edge(StrEnum):
    """The state of the text, shown as the colour of the edge."""

    EMPTY = "empty"
    PENDING = "pending"
    APPLIED = "applied"
    WRONG = "wrong"


class FilterEdit(QLineEdit):
    """One line. Enter applies at once, Esc clears, then leaves."""

    entered = Signal()
    left = Signal()

    def __init__(self, suggest: Suggest, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggest = suggest
        self._suggestions = NotedModel(self)
        self._popup = NotedList("suggestions for the filter", mono=True)
        self.setObjectName("filter")
        self.setFont(mono_font())
        self.setPlaceholderText(
            "Filter: words, type:order.*, priority>=high, latency>50ms, payload.total>100, -category:log"
        )
        self.setAccessibleName("filter")
        self.setClearButtonEnabled(False)
        self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.addAction(icon("x", "muted"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Clear the filter (Esc)")
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.setCompleter(self._make_completer())
        self.textEdited.connect(self._offer)
        self.show_edge(Edge.EMPTY)

    def show_edge(self, edge: Edge, message: str = "") -> None:
        """Colour the edge; `message` says in a sentence what is wrong."""
        self.setToolTip(message)
        self.setAccessibleDescription(message)
        if self.property("edge") != edge.value:
            self.setProperty("edge", edge.value)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_for_suggestions(event.key()):
            event.ignore()
        elif event.key() in ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear() if self.text() else self.left.emit()
        elif event.key() == Qt.Key.Key_Down:
            self._offer(self.text()[: self.cursorPosition()], always=True)
        else:
            super().keyPressEvent(event)

    def _is_for_suggestions(self, key: int) -> bool:
        """Whether the open list of suggestions, which asks us first, is to have this key."""
        if not self._popup.isVisible():
            return False
        return key == Qt.Key.Key_Escape or (key in ENTER and self._popup.selectionModel().hasSelection())

    def _make_completer(self) -> QCompleter:
        completer = QCompleter(self._suggestions, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCompletionRole(Qt.ItemDataRole.EditRole)
        completer.setMaxVisibleItems(12)
        completer.setPopup(self._popup)
        self._popup.draw_notes()
        return completer

    def _offer(self, text: str, *, always: bool = False) -> None:
        suggestions = self._suggest(text) if text or always else []
        self._suggestions.show_all(suggestions)
        if always and suggestions:
            self.completer().complete()
