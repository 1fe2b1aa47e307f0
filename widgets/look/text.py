"""Labels: text that is never interpreted. Qt guesses rich text, and event text is hostile."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LONG_WORD: Final = re.compile(r"\S{24}(?=\S)")
BREAK: Final = "\u200b"
"""Nothing that is seen, but a place where a line may end."""


def label(text: str, role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain-text label; `role` is what the style sheet knows it by: strong, muted, badge, number, title.

    What fills a pane that has nothing to show is empty, or in a low pane a hint.
    """
    made = WrappedLabel(parent) if wrap else QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if role in ("empty", "hint"):
        made.setMinimumSize(1, 1)  # it fills a pane, and must not say how small that can be
    return made


WIDTH_STEP: Final = 24
"""Pixels by which a label grows whose text changes often."""


class WrappedLabel(QLabel):
    """Plain text over several lines. Words without end are broken as well, or they would widen the whole window."""

    _said = ""

    def setText(self, text: str) -> None:
        self._said = text
        super().setText(LONG_WORD.sub(f"\\g<0>{BREAK}", text))

    def text(self) -> str:
        return self._said


class SteadyLabel(QLabel):
    """One line without a frame that changes often. Its width goes by steps, or each change would lay out the window."""

    def setText(self, text: str) -> None:
        super().setText(text)
        self.ensurePolished()
        needed = self.fontMetrics().size(Qt.TextFlag.TextSingleLine, text)
        fits = needed.width() <= self.minimumWidth() < needed.width() + 2 * WIDTH_STEP
        if not fits or needed.height() != self.minimumHeight():
            self.setFixedSize(-(-needed.width() // WIDTH_STEP) * WIDTH_STEP, needed.height())


def steady(text: str, role: str = "") -> SteadyLabel:
    """A label whose text changes often."""
    made = SteadyLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setText(text)
    return made


class ElidedLabel(QLabel):
    """One line of plain text with a `…` where there is no room for all of it: at its end, or in the middle of an id."""

    mode = Qt.TextElideMode.ElideRight

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            room = self.contentsRect()
            text = self.fontMetrics().elidedText(self.text(), self.mode, room.width())
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(room, int(self.alignment()), text)


def elided(text: str, role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> ElidedLabel:
    """A label that may be narrower than its text."""
    made = ElidedLabel()
    made.mode = mode
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setProperty("role", role)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


def selectable(text: str, role: str = "") -> QLabel:
    """A label whose text can be selected and copied."""
    made = label(text, role)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made
