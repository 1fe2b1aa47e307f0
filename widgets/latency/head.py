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
from widgets.look.tools import plain_tip
from widgets.table.row_painter import PRIORITY_ICONS

__all__ = ["LaneHead", "ms_text"]

HEAD_PX: Final = 168
NARROW_PX: Final = 112
"""Without the budget, whose number stands at its line."""
PADDING: Final = 12
ICON: Final = 12
LEGEND: Final = "Lines from full to pale: p99, p95, p50; hollow points are of few events; dashed is the budget."

Line = tuple[str, QFont, str]


class LaneHead(QWidget):
    """Up to three lines at the left of a lane; a low lane shows the first ones. It tells all in its tooltip."""

    def __init__(self, priority: EventPriority, foot: int = 0, parent: QWidget | None = None) -> None:
        """`foot` pixels below are left free."""
        super().__init__(parent)
        self._priority = priority
        self._foot = foot
        self._status: LaneStatus | None = None
        self._judged = True
        self._narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(f"{priority.name} latency")

    def show_status(self, status: LaneStatus, *, judged: bool) -> None:
        """Show how the lane stood lately; `judged` against its budget, which speaks of the total only."""
        if (status, judged) != (self._status, self._judged):
            self._status, self._judged = status, judged
            told = ", ".join(filter(None, (self._percentile(), self._verdict(), self._note())))
            self.setAccessibleDescription(told)
            self.setToolTip(plain_tip(f"{self._priority.name}: {told}\n{LEGEND}" if told else ""))
            self.update()

    def be_narrow(self, narrow: bool) -> None:
        """Leave more room for the plot beside it."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(NARROW_PX if self._narrow else HEAD_PX, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = current_palette()
        with QPainter(self) as painter:
            icon, tone = PRIORITY_ICONS[self._priority]
            lines = self._lines(getattr(palette, tone))
            heights = [QFontMetricsF(font).height() + 1 for _, font, _ in lines]
            room = self.height() - self._foot
            while len(lines) > 1 and sum(heights) > room:
                lines.pop()
                heights.pop()
            top = (room - sum(heights)) / 2
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
        percentile = self._percentile(whole=not self._narrow)
        first = (self._priority.name, ui_font(bold=True, scale=0.92), tone)
        second = (percentile, mono_font(scale=0.92), palette.critical if late else palette.text)
        third = (" · ".join(filter(None, (self._verdict(), self._note()))), ui_font(scale=0.85), palette.muted)
        return [line for line in (first, second, third) if line[0]]

    def _percentile(self, *, whole: bool = True) -> str:
        status = self._status
        if status is None or not status.count:
            return ""
        if not self._judged:
            return f"p99 {ms_text(status.p99)} ms"
        mark = "✓" if status.p99 <= status.budget_ms else "✖"
        return f"p99 {ms_text(status.p99)}{f' / {status.budget_ms:g} ms' if whole else ''} {mark}"

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
