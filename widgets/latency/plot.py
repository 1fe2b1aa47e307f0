"""A plot over time: what the lanes of the latency view and the strip of rates have in common.

Imports pyqtgraph. A plot is made once and never closed: pyqtgraph does not give its memory back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.topology.layout import spaced
from widgets.latency.axes import TimeTicks, ValueTicks
from widgets.look.fonts import mono_font, ui_font
from widgets.look.palette import Palette
from widgets.look.theme import current_palette

__all__ = ["LABEL_PX", "TIME_PX", "Label", "Plot"]

LEAST_PX: Final = 28
TIME_PX: Final = 26
"""Of a time axis below."""
LABEL_PX: Final = 50
"""Room at the right end for the names of the lines and the budget."""
FEWEST_LABELS: Final = 2
"""These are written even where they must give way to each other."""


class Label(NamedTuple):
    """A text at the right end of a lane, at a value."""

    value: float
    text: str
    colour: str


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot over time: the wheel zooms and dragging pans, in time only. `base` is where its x is 0 (s)."""

    pointed = Signal(object)
    """The time under the pointer in seconds after `base`, None when it left."""
    clicked = Signal(float)
    moved = Signal()
    """The developer zoomed or panned."""

    def __init__(self, base: int, unit: str, parent: QWidget | None = None) -> None:
        self.values, self.times = ValueTicks(unit), TimeTicks(base)
        super().__init__(parent, axisItems={"left": self.values, "bottom": self.times})
        self.base = base
        self.empty = ""
        self.cross: float | None = None
        self.mark: float | None = None
        self._pressed = QPointF()
        for side in ("left", "bottom", "top", "right"):
            # Each would lay out the label that it does not show whenever the time goes on.
            self.getAxis(side).enableAutoSIPrefix(False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.box = self.getViewBox()
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.box.setDefaultPadding(0.0)
        self.box.sigRangeChangedManually.connect(lambda _: self.moved.emit())
        self.setMinimumHeight(LEAST_PX)
        # Its place says how high it is, not what Qt would like for the scene.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)

    def recolour(self, palette: Palette) -> None:
        """Take over the colours of a palette, and the fonts."""
        self.setBackground(palette.background)
        for axis in (self.values, self.times):
            axis.setPen(pg.mkPen(palette.line))
            axis.setTextPen(pg.mkPen(palette.muted))
            axis.setTickFont(ui_font(scale=0.85))
        self.viewport().update()

    def show_bottom(self, shown: bool) -> None:
        """Show the time axis below this plot, or only its line."""
        self.showAxis("bottom", shown)
        self.setMinimumHeight(LEAST_PX + shown * TIME_PX)

    def point(self, cross: float | None, mark: float | None) -> None:
        """Draw the linked crosshair and the mark of the selected event at these x, None for none."""
        if (cross, mark) != (self.cross, self.mark):
            self.cross, self.mark = cross, mark
            self.viewport().update()

    def say(self, empty: str) -> None:
        """Write why nothing is drawn."""
        if empty != self.empty:
            self.empty = empty
            self.viewport().update()

    def pixel(self, x: float, y: float) -> QPointF:
        """Where a point of the plot lies in the widget."""
        return QPointF(self.box.mapViewToScene(QPointF(x, y)))

    @property
    def area(self) -> QRectF:
        """The part of the widget in which curves are drawn."""
        return QRectF(self.box.sceneBoundingRect())

    @property
    def label_share(self) -> float:
        """The room for labels at the right end, as a part of the width of the time shown."""
        return LABEL_PX / max(self.area.width() - LABEL_PX, LABEL_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if (event.position() - self._pressed).manhattanLength() < 4:
            self.clicked.emit(self._time(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self._time(event.position()) if self.area.contains(event.position()) else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Write what has its place in pixels, over the curves."""
        palette, area = current_palette(), self.area
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for x, colour in ((self.mark, palette.accent), (self.cross, palette.muted)):
            if x is not None and area.left() <= (at := self.pixel(x, 0).x()) <= area.right():
                painter.setPen(QPen(QColor(colour), 1))
                painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if self.empty:
            painter.setFont(ui_font(scale=0.92))
            painter.setPen(QColor(palette.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.empty)

    def _time(self, at: QPointF) -> float:
        return float(self.box.mapSceneToView(at).x())

    def write_labels(self, painter: QPainter, labels: Sequence[Label]) -> None:
        """Write labels at the right end, beside their values, the first ones at any rate.

        The others are left out where they would lie on those before: in a tight column nobody sees which is whose.
        """
        area = self.area
        font = mono_font(scale=0.85)
        height = QFontMetricsF(font).height() - 2
        labels = self._apart(labels[: max(int(area.height() / height), 1)], height)
        labels.sort(key=lambda label: -label.value)
        wished = [(self.pixel(0, label.value).y() - area.top()) / height for label in labels]
        room = area.height() / height - 0.5
        lowest = [min(w, room - (len(labels) - 1 - i)) for i, w in enumerate(wished)]
        painter.setFont(font)
        for label, row in zip(labels, spaced([max(w, 0.5 + i) for i, w in enumerate(lowest)]), strict=True):
            painter.setPen(QColor(label.colour))
            box = QRectF(area.right() - LABEL_PX + 6, area.top() + (row - 0.5) * height, LABEL_PX, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label.text)

    def _apart(self, labels: Sequence[Label], height: float) -> list[Label]:
        """The first labels, and those of the others that are `height` pixels away from all before."""
        kept: list[Label] = []
        taken: list[float] = []
        for label in labels:
            at = self.pixel(0, label.value).y()
            if len(kept) < FEWEST_LABELS or all(abs(at - other) >= height for other in taken):
                kept.append(label)
                taken.append(at)
        return kept
