"""One plot of the latency view: the lane of a priority, or the strip of rates above the lanes.

Imports pyqtgraph. A plot is made once and never closed: pyqtgraph does not give its memory back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.layout import spaced
from widgets.blend import mixed
from widgets.fonts import mono_font, ui_font
from widgets.latency_axes import TimeTicks, ValueTicks
from widgets.latency_curves import FEW, SMALLEST_MS, Curves, axis_range
from widgets.palette import Palette
from widgets.theme import current_palette

__all__ = ["Lane", "Plot", "RateStrip"]

Floats = NDArray[np.float64]

LABEL_PX: Final = 50
"""Room at the right end for the names of the lines and the budget."""
MOST_DOTS: Final = 260
BREACH_PX: Final = 6


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
        self.setMenuEnabled(False)
        self.hideButtons()
        self.box = self.getViewBox()
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.box.setDefaultPadding(0.0)
        self.box.sigRangeChangedManually.connect(lambda _: self.moved.emit())
        self.setMinimumHeight(28)
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

    def leaveEvent(self, event: object) -> None:
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

    def _write_labels(self, painter: QPainter, labels: Sequence[Label]) -> None:
        """Write labels at the right end, beside their values, none over another; the first ones if not all fit."""
        area = self.area
        font = mono_font(scale=0.85)
        height = QFontMetricsF(font).height() - 2
        labels = sorted(labels[: max(int(area.height() / height), 1)], key=lambda label: -label.value)
        wished = [(self.pixel(0, label.value).y() - area.top()) / height for label in labels]
        room = area.height() / height - 0.5
        lowest = [min(w, room - (len(labels) - 1 - i)) for i, w in enumerate(wished)]
        painter.setFont(font)
        for label, row in zip(labels, spaced([max(w, 0.5 + i) for i, w in enumerate(lowest)]), strict=True):
            painter.setPen(QColor(label.colour))
            box = QRectF(area.right() - LABEL_PX + 6, area.top() + (row - 0.5) * height, LABEL_PX, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label.text)


class RateStrip(Plot):
    """Events a second over time."""

    def __init__(self, base: int, parent: QWidget | None = None) -> None:
        super().__init__(base, "/s", parent)
        self.show_bottom(False)
        self._curve = pg.PlotCurveItem(connect="finite")
        self._rate = np.nan
        self.addItem(self._curve)

    def recolour(self, palette: Palette) -> None:
        super().recolour(palette)
        self._curve.setPen(pg.mkPen(palette.muted))
        self._curve.setBrush(pg.mkBrush(palette.raised))

    def show_rates(self, time: Floats, rate: Floats) -> None:
        """Draw rates at these times (s since the epoch)."""
        self._curve.setData(time - self.base, rate, fillLevel=0.0)
        self._rate = float(rate[-5:].mean()) if rate.size else np.nan
        high = float(rate.max()) if rate.size else 1.0
        self.box.setYRange(*axis_range((0.1, max(high, 1.0)), log=False), padding=0)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawForeground(painter, rect)
        if np.isfinite(self._rate):
            self._write_labels(painter, [Label(self._rate, f"{self._rate:,.0f}/s", current_palette().text)])


class Lane(Plot):
    """The latency of one priority: three percentiles, the budget, and ticks where it was exceeded."""

    def __init__(self, base: int, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(base, "ms", parent)
        self.curves: Curves | None = None
        self._tone = tone
        self._log = True
        self._budget: float | None = None
        self._breaches: Floats = np.empty(0)
        self._range = (0.0, 1.0)
        self._lines = [pg.PlotCurveItem(connect="finite") for _ in range(3)]
        self._dots = pg.ScatterPlotItem(size=4, pxMode=True)
        for item in (*self._lines, self._dots):
            self.addItem(item)

    def recolour(self, palette: Palette) -> None:
        super().recolour(palette)
        for line, colour in zip(self._lines, self._shades(palette), strict=True):
            line.setPen(pg.mkPen(colour, width=1))
        self._dots.setPen(pg.mkPen(getattr(palette, self._tone), width=1))
        self._dots.setBrush(pg.mkBrush(palette.background))

    def show_curves(
        self, curves: Curves, budget_ms: float | None, breaches: Floats, span: tuple[float, float], log: bool
    ) -> None:
        """Draw a lane on an axis that fits `span` (ms); `breaches` are times in s since the epoch."""
        self.curves, self._budget, self._breaches, self._log = curves, budget_ms, breaches - self.base, log
        self.values.log = log
        time = curves.time - self.base
        for line, values in zip(self._lines, (curves.p50, curves.p95, curves.p99), strict=True):
            line.setData(time, self._y(values))
        few = (
            (curves.count > 0) & (curves.count < FEW * curves.bins)
            if len(time) <= MOST_DOTS
            else np.zeros(len(time), bool)
        )
        self._dots.setData(time[few], self._y(curves.p99[few]))
        if (wanted := axis_range(span, log)) != self._range:
            self._range = wanted
            self.box.setYRange(*wanted, padding=0)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        palette = current_palette()
        self._draw_budget(painter, palette)
        self._draw_breaches(painter, palette)
        super().drawForeground(painter, rect)
        self._write_labels(painter, self._labels(palette))

    def _labels(self, palette: Palette) -> list[Label]:
        labels = []
        if self._budget is not None:
            labels.append(Label(float(self._y(self._budget)), f"{self._budget:g} ms", palette.of_priority(-1)))
        if self.curves is not None and (last := self.curves.last()) is not None:
            low, middle, high = self._shades(palette)
            for name, values, colour in (
                ("p99", self.curves.p99, high),
                ("p95", self.curves.p95, middle),
                ("p50", self.curves.p50, low),
            ):
                labels.append(Label(float(self._y(values[last])), name, colour))
        return labels

    def _draw_budget(self, painter: QPainter, palette: Palette) -> None:
        if self._budget is not None:
            area, y = self.area, self.pixel(0, float(self._y(self._budget))).y()
            painter.setPen(QPen(QColor(getattr(palette, self._tone)), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right() - LABEL_PX, y))

    def _draw_breaches(self, painter: QPainter, palette: Palette) -> None:
        area = self.area
        painter.setPen(QPen(QColor(palette.critical), 1))
        for x in sorted({round(self.pixel(time, 0).x()) for time in self._breaches.tolist()}):
            if area.left() <= x <= area.right():
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.top() + BREACH_PX))

    def _shades(self, palette: Palette) -> list[str]:
        """The priority's colour, paler for the lower percentiles: mixed here, as translucent lines are slow."""
        full, ground = QColor(getattr(palette, self._tone)), QColor(palette.background)
        return [mixed(full, ground, share).name() for share in (0.5, 0.75, 1.0)]

    def _y(self, ms: Floats | float) -> Floats:
        values = np.asarray(ms, np.float64)
        return np.log10(np.maximum(values, SMALLEST_MS)) if self._log else values
