"""The axes of the latency lanes. Imports pyqtgraph, so it is imported when the first lane is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg

from app.commands.row_text import clock_time
from widgets.trace.time import round_step, span_text

__all__ = ["AXIS_PX", "TimeTicks", "ValueTicks"]

AXIS_PX = 54
TICK_PX = 90
LABEL_PX = 14
SECOND = 1_000_000_000


class ValueTicks(pg.AxisItem):  # type: ignore[misc]
    """Values at the left, always with their unit; `log` when positions are powers of ten."""

    def __init__(self, unit: str) -> None:
        super().__init__("left")
        self.unit = unit
        self.log = False
        self.setWidth(AXIS_PX)
        self.setStyle(tickLength=0, tickTextOffset=6, autoExpandTextSpace=False)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Whole powers of ten, or a few round values; none so near an edge that its label would be cut."""
        room = (high - low) * LABEL_PX / max(size, 1)
        low, high = low + room / 2, high - room / 2
        step = float(max(math.ceil(room), 1)) if self.log else round_value(2 * room)
        return [(step, [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Such as `10 ms`."""
        return [f"{10**value if self.log else value:.6g} {self.unit}".replace("e+0", "e") for value in values]


def round_value(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … (or 0.5, 0.2, …) that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= least)


class TimeTicks(pg.AxisItem):  # type: ignore[misc]
    """Time at the bottom: seconds before now while live, so that labels stand still; else the time of day.

    Positions are seconds after `base` (s since the epoch).
    """

    def __init__(self, base: int) -> None:
        super().__init__("bottom")
        self.base = base
        self.now: float | None = None
        self.setStyle(tickLength=3, tickTextOffset=4)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Round steps, counted back from now while live."""
        step = round_step(max((high - low) * SECOND * TICK_PX / max(size, 1), SECOND / 4)) / SECOND
        if self.now is not None:
            return [(step, [self.now - n * step for n in range(int((high - low) / step) + 1)])]
        first = math.ceil((low + self.base) / step) * step - self.base
        return [(step, [first + n * step for n in range(int((high - first) / step) + 1)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Such as `−10 s` and `now`, or `14:02:07`."""
        if self.now is not None:
            back = [round((self.now - value) * SECOND) for value in values]
            return [f"−{span_text(ns)}" if ns > 0 else "now" for ns in back]
        cut = 8 if spacing >= 1 else 12
        return [clock_time(round((value + self.base) * 1000) * 1_000_000)[:cut] for value in values]
