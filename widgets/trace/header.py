"""The header of the trace table: titles, and over the timeline the time from the start of the trace."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView

from widgets.look.cards import draw
from widgets.look.fonts import ui_font
from widgets.look.palette import Palette
from widgets.look.theme import current_palette
from widgets.trace.bars import INSET, draw_folds, timeline
from widgets.trace.model import TraceColumn, TraceModel
from widgets.trace.time import span_text

__all__ = ["TraceHeader"]

PADDING: Final = 8


class TraceHeader(QHeaderView):
    """The header of the table; over the timeline it is the time axis, from the start of the trace."""

    def __init__(self, model: TraceModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(48)
        self.setSectionsClickable(True)

    def axis_area(self) -> QRectF:
        """Where the time axis lies."""
        left = self.sectionViewportPosition(TraceColumn.TIMELINE)
        return timeline(QRectF(left, 0, self.sectionSize(TraceColumn.TIMELINE), self.height()))

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        palette = current_palette()
        painter.fillRect(rect, QColor(palette.panel))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(palette.line))
        if logical != TraceColumn.TIMELINE:
            numbers = logical in (TraceColumn.WAIT, TraceColumn.HANDLE)
            inside = rect.adjusted(PADDING, 0, -PADDING, 0)
            draw(painter, inside, self._model.titles[logical], ui_font(scale=0.92), palette.muted, right=numbers)
        else:
            self._draw_axis(painter, palette, timeline(QRectF(rect)))

    def _draw_axis(self, painter: QPainter, palette: Palette, area: QRectF) -> None:
        axis = self._model.axis
        draw_folds(painter, palette, area, axis)
        font = ui_font(scale=0.85)
        folds = [(area.left() + axis.x(s.start, area.width()), s) for s in axis.stretches if s.folded]
        walls = [left for left, _ in folds] + [area.right() + INSET]
        for tick in axis.ticks(area.width()):
            x = round(area.left() + tick.x)
            painter.fillRect(x, int(area.bottom()) - 4, 1, 4, QColor(palette.edge))
            room = int(min(wall for wall in walls if wall >= x)) - x - 3
            if room > QFontMetrics(font).horizontalAdvance(tick.text):
                draw(
                    painter, QRect(x + 3, int(area.top()), room, int(area.height()) - 2), tick.text, font, palette.muted
                )
        for left, stretch in folds:
            right = area.left() + axis.x(stretch.stop, area.width())
            fold = QRect(int(left), int(area.top()), int(right - left), int(area.height()) - 2)
            painter.fillRect(fold, QColor(palette.raised))
            painter.setFont(font)
            painter.setPen(QColor(palette.text))
            painter.drawText(fold, Qt.AlignmentFlag.AlignCenter, f"⋯ {span_text(stretch.stop - stretch.start)} ⋯")
