"""The note: what is wrong or doubtful in a filter, below the line in which it is written."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.filter.verdict import Edge, Verdict

__all__ = ["Note"]


class Note(QLabel):
    """Lies over the buttons below the line, so that nothing moves while one types; a doubt gives way to the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict = Verdict(Edge.EMPTY)
        self._given_way = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setContentsMargins(0, 4, 0, 0)
        self.hide()

    def say(self, verdict: Verdict, writing: bool) -> None:
        """Show a verdict's sentence; a doubt only while somebody is `writing`."""
        if verdict != self._verdict:
            self._verdict, self._given_way = verdict, False
            self.setText(verdict.told)
            self._colour("critical" if verdict.edge is Edge.WRONG else "high")
        wrong = verdict.edge is Edge.WRONG
        shown = bool(verdict.sentence) and (wrong or (writing and not self._given_way))
        self.setVisible(shown)
        if shown:
            self.raise_()

    def _colour(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        if self._verdict.edge is not Edge.WRONG:
            self._given_way = True
            self.hide()
        super().enterEvent(event)
