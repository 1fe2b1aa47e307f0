"""The lanes of the latency view, and the strip of rates above them. Imports pyqtgraph."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.latency.curves import FEW, SMALLEST_MS, Curves, axis_range
from widgets.latency.plot import LABEL_PX, Label, Plot
from widgets.look.blend import mixed
from widgets.look.palette import Palette
from widgets.look.theme import current_palette

__all__ = ["Lane", "RateStrip"]

Floats = NDArray[np.float64]

MOST_DOTS: Final = 260
BREACH_PX: Final = 6


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
            self.write_labels(painter, [Label(self._rate, f"{self._rate:,.0f}/s", current_palette().text)])


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
        self.write_labels(painter, self._labels(palette))

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
