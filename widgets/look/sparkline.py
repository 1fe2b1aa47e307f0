"""A sparkline: the rate of the last half minute as a small curve."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.look.theme import current_palette

SECONDS = 30


class Sparkline(QWidget):
    """Draws one value a second, the newest at the right, scaled to the highest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: deque[float] = deque([0.0] * SECONDS, maxlen=SECONDS)
        self.setFixedHeight(20)
        self.setAccessibleName("rate of the last 30 seconds")

    def sizeHint(self) -> QSize:
        return QSize(80, 20)

    def add(self, value: float) -> None:
        """The rate of the last second."""
        self.values.append(value)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(current_palette().accent)
        painter.setPen(QPen(colour, 1.0))
        painter.drawPolyline(self._curve())

    def _curve(self) -> QPolygonF:
        top = max(max(self.values), 1.0)
        step = self.width() / (SECONDS - 1)
        height = self.height() - 3
        return QPolygonF([QPointF(i * step, 1 + height * (1 - v / top)) for i, v in enumerate(self.values)])
