"""The filter's input line: says by its edge whether the text is right, and completes fields and values."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCompleter, QLineEdit, QMenu, QWidget

from app.display import display
from widgets.at_work import at_work
from widgets.filter.suggestions import Suggestion
from widgets.filter.verdict import Edge, Verdict
from widgets.look.fonts import mono_font
from widgets.look.icons import icon
from widgets.look.noted_rows import NotedList, NotedModel
from widgets.look.theme import current_palette

__all__ = ["FilterEdit"]

ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
LISTED: Final = 20
"""Filters used before that the menu lists; the keys reach the others."""

WAVE: Final = 2.0
"""Height and half the length of the wave under what is wrong, in pixels."""

TONES: Final = {Edge.RIGHT: "ok", Edge.DOUBTFUL: "high", Edge.WRONG: "critical"}
"""Colours of the edge; an empty line has that of any other."""

Suggest = Callable[[str], list[Suggestion]]
"""What the given beginning of a filter could go on to."""


class FilterEdit(QLineEdit):
    """One line. Enter applies at once; Esc gives up what runs, then clears, then leaves; Up goes back in history.

    `entered` and `deserted` say that the writer has finished, `taken` that the text came from somewhere else.
    """

    entered = Signal()
    taken = Signal()
    left = Signal()
    deserted = Signal()
    keep_asked = Signal()
    history_cleared = Signal()

    def __init__(self, suggest: Suggest, give_up: Callable[[], bool], parent: QWidget | None = None) -> None:
        """`give_up` stops what runs for this filter, and tells whether anything did."""
        super().__init__(parent)
        self._suggest = suggest
        self._give_up = give_up
        self._verdict = Verdict(Edge.EMPTY)
        self._history: Sequence[str] = ()
        self.written_at = -math.inf
        """When the last key came (s of `time.perf_counter`)."""
        self._back = -1
        """How many filters back in the history the text comes from; -1 when it does not."""
        self._suggestions = NotedModel(self)
        self._popup = NotedList("suggestions for the filter", mono=True)
        self.setObjectName("filter")
        self.setFont(mono_font())
        self.setPlaceholderText(
            "Filter: words, type:order.*, priority>=high, latency>50ms, payload.total>100, -category:log"
        )
        self.setAccessibleName("filter")
        self._add_actions()
        self.setCompleter(self._make_completer())
        self.textChanged.connect(self._show_buttons)
        self.textEdited.connect(self._edited)
        self._show_buttons("")
        self.show_verdict(self._verdict)

    def show_verdict(self, verdict: Verdict) -> None:
        """Colour the edge, and point at what is wrong."""
        self.setToolTip(verdict.sentence)
        self.setAccessibleDescription(verdict.told)
        if verdict != self._verdict:
            self._verdict = verdict
            self.update()

    def show_history(self, texts: Sequence[str]) -> None:
        """The filters used before, the newest first."""
        self._history = texts
        self._past.setVisible(bool(texts))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at_work()
        self.written_at = time.perf_counter()
        if self._is_for_suggestions(event.key()):
            event.ignore()
        elif event.key() in ENTER:
            self._popup.hide()
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() == Qt.Key.Key_Up:
            self._step(1)
        elif event.key() == Qt.Key.Key_Down and self._is_past():
            self._step(-1)
        elif event.key() == Qt.Key.Key_Down:
            self._offer(self.text()[: self.cursorPosition()], always=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            QTimer.singleShot(0, self, self.deserted.emit)  # and never while the window is taken apart

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if tone := TONES.get(self._verdict.edge):
            self._draw_edge(QColor(getattr(current_palette(), tone)))
        if self._verdict.stop > self._verdict.start and self.text():
            self._underline(self._verdict)

    def history_menu(self) -> QMenu:
        """The filters used last, to be taken by a click."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text in self._history[:LISTED]:
            shown = display(text, limit=80).replace("&", "&&").replace("\t", " ")
            menu.addAction(shown, partial(self._take, text))
        menu.addSeparator()
        menu.addAction("Forget these", self.history_cleared.emit)
        return menu

    @property
    def edge(self) -> Edge:
        """What the colour of the edge says."""
        return self._verdict.edge

    def _draw_edge(self, colour: QColor) -> None:
        """By hand, because to set a style anew for another colour takes as long as several keys."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour, 1.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _underline(self, verdict: Verdict) -> None:
        metrics, text = QFontMetricsF(self.font()), self.text()
        zero = self.cursorRect().center().x() + 1 - metrics.horizontalAdvance(text[: self.cursorPosition()])
        first = zero + metrics.horizontalAdvance(text[: verdict.start])
        last = max(zero + metrics.horizontalAdvance(text[: verdict.stop]), first + metrics.horizontalAdvance("0"))
        palette = current_palette()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self.rect().adjusted(24, 1, -24, -1))
            painter.setPen(QPen(QColor(palette.critical if verdict.edge is Edge.WRONG else palette.high), 1.2))
            painter.drawPolyline(wave(first, last, (self.height() + metrics.height()) / 2 - 1))

    def _escape(self) -> None:
        if self._give_up():
            return
        if self.text():
            self._take("")
        else:
            self.left.emit()

    def _is_past(self) -> bool:
        """Whether the text is one out of the history that nobody has changed."""
        return 0 <= self._back < len(self._history) and self.text() == self._history[self._back]

    def _step(self, by: int) -> None:
        """To an older or newer filter of the history; only from an empty line or from within the history."""
        if not self._is_past():
            self._back = -1
            if self.text():
                return
        self._back = min(max(self._back + by, -1), len(self._history) - 1)
        self._take(self._history[self._back] if self._back >= 0 else "")

    def _take(self, text: str) -> None:
        self.setText(text)
        self.taken.emit()

    def _edited(self, text: str) -> None:
        self._back = -1
        self._offer(text)

    def _is_for_suggestions(self, key: int) -> bool:
        """Whether the open list of suggestions, which asks us first, is to have this key."""
        if not self._popup.isVisible():
            return False
        return key == Qt.Key.Key_Escape or (key in ENTER and self._popup.selectionModel().hasSelection())

    def _add_actions(self) -> None:
        self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        trailing = QLineEdit.ActionPosition.TrailingPosition
        self._clear = self.addAction(icon("x", "muted"), trailing)
        self._clear.setToolTip("Clear the filter (Esc)")
        self._clear.triggered.connect(lambda: self._take(""))
        self._keep = self.addAction(icon("star", "muted"), trailing)
        self._keep.setToolTip("Keep this filter as a button above the table")
        self._keep.triggered.connect(self.keep_asked)
        self._past = self.addAction(icon("history", "muted"), trailing)
        self._past.setToolTip("Filters used before (Up in the empty line)")
        self._past.triggered.connect(lambda: self.history_menu().popup(self.mapToGlobal(self.rect().bottomLeft())))
        self._past.setVisible(False)

    def _show_buttons(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._keep.setVisible(bool(text.strip()))

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


def wave(first: float, last: float, y: float) -> QPolygonF:
    """A zigzag from `first` to `last`."""
    count = max(int((last - first) / WAVE), 1)
    return QPolygonF([QPointF(first + n * WAVE, y + (n % 2) * WAVE) for n in range(count + 1)])
