"""A sparkline: the rate of the last half minute as a small curve."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize
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
        with QPainter(self) as painter:
            draw_curve(painter, QRect(0, 1, self.width(), self.height() - 3), self.values)


def draw_curve(painter: QPainter, area: QRect, values: Sequence[float]) -> None:
    """Draw values from left to right, scaled to the highest, which is taken as one at least."""
    top, step = max(*values, 1.0), area.width() / max(len(values) - 1, 1)
    points = [QPointF(area.left() + i * step, area.top() + area.height() * (1 - v / top)) for i, v in enumerate(values)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(current_palette().accent), 1.0))
    painter.drawPolyline(QPolygonF(points))
    painter.restore()
