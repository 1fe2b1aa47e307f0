"""The plots of the latency view: a strip of rates over four lanes, all on one time axis.

Imports pyqtgraph, so the latency view imports it when it is first shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.latency.breaches import Breach
from app.latency.latency import Kind, Latency
from eventscope.event import EventPriority
from widgets.latency.curves import Curves, curves_of, rate_points, span_of
from widgets.latency.head import LaneHead, ms_text
from widgets.latency.lane import Lane, RateStrip
from widgets.latency.plot import TIME_PX, Plot
from widgets.look.text import label
from widgets.look.theme import current_palette, theme
from widgets.table.row_painter import PRIORITY_ICONS
from widgets.trace.time import span_text

__all__ = ["LatencyPlots"]

LANES: Final = tuple(sorted(EventPriority, reverse=True))
SECOND: Final = 1_000_000_000
STATUS_S: Final = 60
"""The core keeps histograms of the last minute."""
NARROW_PX: Final = 620
"""Below this width the heads of the lanes are narrow."""
STRIP_SHARE: Final = 0.14
MOST_STRIP_PX: Final = 56


class LatencyPlots(QWidget):
    """Draws what the core measured. Times given and told are ns since the epoch."""

    picked = Signal(object)  # seq: int
    moved = Signal(object, object)  # since, until: int; the developer zoomed or panned
    told = Signal(str)  # what is under the pointer

    def __init__(self, base_s: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = base_s
        self._span = (0.0, 1.0)
        self._mark: float | None = None
        self.strip = RateStrip(base_s)
        self.lanes = {priority: Lane(base_s, PRIORITY_ICONS[priority][1]) for priority in LANES}
        self.heads = {priority: LaneHead(priority, TIME_PX * (priority == LANES[-1])) for priority in LANES}
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._grid = QGridLayout(self)
        self._lay_out()
        self._join()
        self.recolour()
        theme().changed.connect(self.recolour)

    def show_latency(
        self,
        latency: Latency,
        kind: Kind,
        since: int,
        until: int,
        *,
        now: int,
        live: bool,
        log: bool,
        breaches: list[Breach],
    ) -> None:
        """Draw [since, until); `now` is the instant that the heads speak of."""
        self.strip.show_rates(*rate_points(latency.rates(since, until)))
        judged = kind == "total"
        for priority, lane in self.lanes.items():
            curves = curves_of(latency.series(kind, priority, since, until))
            status = latency.status(kind, priority, min(max((until - since) // SECOND, 1), STATUS_S), now)
            budget = status.budget_ms if judged else None
            times = np.array([b.at / SECOND for b in breaches if b.priority == priority and judged])
            lane.show_curves(curves, budget, times, span_of(curves, budget), log)
            lane.say(why_empty(curves, latency.measured(kind, priority), until - since))
            self.heads[priority].show_status(status, judged=judged)
        self._show_time(since, until, live)

    def mark(self, at: int | None) -> None:
        """Mark the selected event's time in all plots."""
        self._mark = None if at is None else at / SECOND - self._base
        self._point(None)

    def recolour(self) -> None:
        """Colours and fonts of the theme that is shown now; pyqtgraph takes no palette."""
        for plot in self._plots():
            plot.recolour(current_palette())
        for head in self.heads.values():
            head.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for head in self.heads.values():
            head.be_narrow(self.width() < NARROW_PX)
        self._share_height()

    def _share_height(self) -> None:
        """The lanes are equally high; the lowest has the time axis besides."""
        room = max(self.height() - TIME_PX, len(LANES))
        strip = min(round(room * STRIP_SHARE), MOST_STRIP_PX)
        lane = (room - strip) // len(LANES)
        for row, height in enumerate((strip, *[lane] * (len(LANES) - 1), lane + TIME_PX)):
            self._grid.setRowStretch(row, height)

    def _plots(self) -> Iterator[Plot]:
        yield self.strip
        yield from self.lanes.values()

    def _lay_out(self) -> None:
        grid = self._grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        title = label("Published", "muted")
        title.setContentsMargins(12, 0, 0, 0)
        title.setToolTip("Events published per second, of all priorities together.")
        grid.addWidget(title, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.strip, 0, 1)
        for row, priority in enumerate(LANES, start=1):
            grid.addWidget(self.heads[priority], row, 0)
            grid.addWidget(self.lanes[priority], row, 1)
            self.lanes[priority].setAccessibleName(f"{priority.name} latency over time")
            self.lanes[priority].show_bottom(row == len(LANES))
        grid.setColumnStretch(1, 1)

    def _join(self) -> None:
        self.strip.box.sigResized.connect(lambda _: self._fit_time())
        for plot in self._plots():
            plot.moved.connect(lambda plot=plot: self._moved(plot))
            plot.pointed.connect(self._point)
        for priority, lane in self.lanes.items():
            lane.setXLink(self.strip)
            lane.clicked.connect(lambda time, lane=lane: self._pick(lane, time))
            lane.pointed.connect(lambda time, priority=priority: self._tell(priority, time))

    def _show_time(self, since: int, until: int, live: bool) -> None:
        self._span = since / SECOND - self._base, until / SECOND - self._base
        for plot in self._plots():
            plot.times.now = self._span[1] if live else None
        self._fit_time()
        # The range may be the same while the labels are not: after a drag, or while live.
        self.lanes[LANES[-1]].times.picture = None

    def _fit_time(self) -> None:
        """Leave room for the labels, which is a larger share of a narrower plot."""
        low, high = self._span
        self.strip.box.setXRange(low, high + (high - low) * self.strip.label_share, padding=0)

    def _moved(self, plot: Plot) -> None:
        low, high = plot.box.viewRange()[0]
        high -= (high - low) * plot.label_share / (1 + plot.label_share)
        self.moved.emit(round((low + self._base) * SECOND), round((high + self._base) * SECOND))

    def _point(self, time: float | None) -> None:
        for plot in self._plots():
            plot.point(time, self._mark)

    def _pick(self, lane: Lane, time: float) -> None:
        point = None if lane.curves is None else lane.curves.nearest(time + self._base)
        if lane.curves is not None and point is not None and lane.curves.seq[point]:
            self.picked.emit(int(lane.curves.seq[point]))

    def _tell(self, priority: EventPriority, time: float | None) -> None:
        curves = self.lanes[priority].curves
        point = None if time is None or curves is None else curves.nearest(time + self._base)
        self.told.emit("" if point is None or curves is None else point_text(priority, curves, point))


def point_text(priority: EventPriority, curves: Curves, point: int) -> str:
    """A point in words."""
    p50, p95, p99 = (ms_text(float(values[point])) for values in (curves.p50, curves.p95, curves.p99))
    worst = f" · worst of {curves.bins} bins" if curves.bins > 1 else ""
    return f"{priority.name}  p50 {p50}  p95 {p95}  p99 {p99} ms  n = {curves.count[point]}{worst}"


def why_empty(curves: Curves, measured: int, window_ns: int) -> str:
    """What an empty lane says, in few words as it may be narrow; nothing when there is something to see."""
    if curves.samples:
        return ""
    if measured:
        return f"none handled in these {span_text(window_ns)}"
    return "none handled yet"
