"""The head of a latency lane: which priority, how it stands against its budget, and over how many."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.latency.latency import LaneStatus
from eventscope.event import EventPriority
from widgets.latency.curves import FEW
from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.theme import current_palette
from widgets.table.row_painter import PRIORITY_ICONS

__all__ = ["HEAD_PX", "LaneHead", "ms_text"]

HEAD_PX: Final = 168
PADDING: Final = 12
ICON: Final = 12

Line = tuple[str, QFont, str]


class LaneHead(QWidget):
    """Up to three lines at the left of a lane; a low lane shows the first two."""

    def __init__(self, priority: EventPriority, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._priority = priority
        self._status: LaneStatus | None = None
        self._judged = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(f"{priority.name} latency")

    def show_status(self, status: LaneStatus, *, judged: bool) -> None:
        """Show how the lane stood lately; `judged` against its budget, which speaks of the total only."""
        if (status, judged) != (self._status, self._judged):
            self._status, self._judged = status, judged
            self.setAccessibleDescription(", ".join(filter(None, (self._percentile(), self._verdict(), self._note()))))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(HEAD_PX, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = current_palette()
        with QPainter(self) as painter:
            icon, tone = PRIORITY_ICONS[self._priority]
            lines = self._lines(getattr(palette, tone))
            heights = [QFontMetricsF(font).height() + 1 for _, font, _ in lines]
            while len(lines) > 1 and sum(heights) > self.height():
                lines.pop()
                heights.pop()
            top = (self.height() - sum(heights)) / 2
            picture = pixmap(icon, ICON, getattr(palette, tone), self.devicePixelRatioF())
            painter.drawPixmap(QPointF(PADDING, top + (heights[0] - ICON) / 2), picture)
            for (text, font, colour), height in zip(lines, heights, strict=True):
                left = PADDING + ICON + 6
                painter.setFont(font)
                painter.setPen(QColor(colour))
                box = QRectF(left, top, self.width() - left, height)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
                top += height

    def _lines(self, tone: str) -> list[Line]:
        palette = current_palette()
        late = self._judged and self._status is not None and self._status.p99 > self._status.budget_ms
        first = (self._priority.name, ui_font(bold=True, scale=0.92), tone)
        second = (self._percentile(), mono_font(scale=0.92), palette.critical if late else palette.text)
        third = (" · ".join(filter(None, (self._verdict(), self._note()))), ui_font(scale=0.85), palette.muted)
        return [line for line in (first, second, third) if line[0]]

    def _percentile(self) -> str:
        status = self._status
        if status is None or not status.count:
            return ""
        if not self._judged:
            return f"p99 {ms_text(status.p99)} ms"
        mark = "✓" if status.p99 <= status.budget_ms else "✖"
        return f"p99 {ms_text(status.p99)} / {status.budget_ms:g} ms {mark}"

    def _verdict(self) -> str:
        status = self._status
        if status is None or not status.count or not self._judged:
            return ""
        if not status.over:
            return "none over"
        return f"{max(status.over_fraction * 100, 0.01):.2g} % over"

    def _note(self) -> str:
        status = self._status
        return f"n = {status.count}" if status is not None and 0 < status.count < FEW else ""


def ms_text(ms: float) -> str:
    """Milliseconds with three figures and without exponent."""
    if math.isnan(ms):
        return "–"
    return f"{ms:.3g}" if 0.001 <= ms < 999.5 else f"{ms:,.0f}"
