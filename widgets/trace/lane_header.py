"""The header of the lanes: who takes part, each name above its lifeline."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView

from widgets.look.cards import draw
from widgets.look.fonts import ui_font
from widgets.look.theme import current_palette
from widgets.trace.lane_rows import LaneModel

__all__ = ["LaneHeader"]

HEIGHT: Final = 38


class LaneHeader(QHeaderView):
    """Names of the lanes; it scrolls sideways with them."""

    def __init__(self, model: LaneModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT)

    def place_at(self, x: int) -> int | None:
        """The column whose name is under a pixel of the viewport."""
        width, plan = self.sectionSize(0), self._model.plan
        places = range(len(plan.columns))
        nearest = min(places, key=lambda place: abs(plan.x(place, width) - self.offset() - x), default=None)
        return nearest

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        palette, plan = current_palette(), self._model.plan
        painter.fillRect(rect, QColor(palette.panel))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(palette.line))
        step = int(plan.step(rect.width()))
        for place, column in enumerate(plan.columns):
            x = rect.left() + plan.x(place, rect.width())
            box = QRect(x - step // 2 + 4, rect.top() + 3, step - 8, 17)
            centred(painter, box, column.name, ui_font(bold=not column.shared, scale=0.92), palette.text)
            if column.words:
                centred(painter, box.translated(0, 16), column.words, ui_font(scale=0.85), palette.muted)


def centred(painter: QPainter, box: QRect, text: str, font: QFont, colour: str) -> None:
    """Write one line into the middle of a box, elided at its end."""
    taken = min(QFontMetrics(font).horizontalAdvance(text), box.width())
    draw(
        painter, QRect(box.left() + (box.width() - taken) // 2, box.top(), taken + 1, box.height()), text, font, colour
    )
