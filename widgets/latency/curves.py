"""Latency curves: what a lane draws of a series, at most a few hundred points, and how high the lane must be.

Percentiles are never averaged: where several bins share a point, it shows the worst of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.latency.latency import BINS_A_SECOND, Rates, Series

__all__ = ["FEW", "MOST_POINTS", "Curves", "axis_range", "curves_of", "rate_points", "span_of"]

MOST_POINTS: Final = 480
FEW: Final = 20
"""Of fewer samples the 99th percentile is but the largest: it is drawn hollow."""
SMALLEST_MS: Final = 1e-3
"""What a logarithmic axis shows of a duration of zero."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curves:
    """One lane: `time` in seconds since the epoch at the middle of each point, the rest as in Series."""

    time: Floats
    p50: Floats
    p95: Floats
    p99: Floats
    count: NDArray[np.int64]
    seq: NDArray[np.int64]
    bins: int
    """How many bins a point stands for."""

    @property
    def samples(self) -> int:
        """How many handlings there were."""
        return int(self.count.sum())

    def nearest(self, time: float) -> int | None:
        """The point with samples that is nearest to a time, or None if there is none."""
        there = np.flatnonzero(self.count)
        return int(there[np.abs(self.time[there] - time).argmin()]) if there.size else None

    def last(self) -> int | None:
        """The latest point with samples, or None."""
        there = np.flatnonzero(self.count)
        return int(there[-1]) if there.size else None


def curves_of(series: Series) -> Curves:
    """The points of a series."""
    bins = max(-(-len(series.time) // MOST_POINTS), 1)
    worst = grouped(series.time, series.p99, bins, np.nan)
    rows, at = np.arange(len(worst)), np.where(np.isnan(worst), -1.0, worst).argmax(axis=1)
    seq = grouped(series.time, series.p99_seq, bins, 0)[rows, at]
    time = grouped(series.time, series.time, bins, np.nan)
    return Curves(
        time=np.fmin.reduce(time, axis=1) + bins / BINS_A_SECOND / 2,
        p50=largest(series.time, series.p50, bins),
        p95=largest(series.time, series.p95, bins),
        p99=np.fmax.reduce(worst, axis=1),
        count=grouped(series.time, series.count, bins, 0).sum(axis=1),
        seq=seq,
        bins=bins,
    )


def rate_points(rates: Rates) -> tuple[Floats, Floats]:
    """Times (s since the epoch) and events per second, all priorities together, averaged over a point's bins."""
    bins = max(-(-len(rates.time) // MOST_POINTS), 1)
    time = grouped(rates.time, rates.time, bins, np.nan)
    rate = grouped(rates.time, rates.per_second.sum(axis=1), bins, np.nan)
    # A rate may be averaged, unlike a percentile.
    return np.fmin.reduce(time, axis=1) + bins / BINS_A_SECOND / 2, np.nanmean(rate, axis=1)


def largest(time: Floats, values: Floats, bins: int) -> Floats:
    """The largest value of each point; NaN where nothing was measured."""
    found: Floats = np.fmax.reduce(grouped(time, values, bins, np.nan), axis=1)
    return found


def grouped(time: Floats, values: NDArray[Any], bins: int, blank: float) -> NDArray[Any]:
    """`values` as rows of `bins` entries, cut at fixed times so that points do not flicker as the window slides."""
    if not len(time):
        return np.full((0, bins), blank, values.dtype)
    lead = round(time[0] * BINS_A_SECOND) % bins
    points = -(-(lead + len(values)) // bins)
    entries = np.full(points * bins, blank, values.dtype)
    entries[lead : lead + len(values)] = values
    return entries.reshape(points, bins)


def span_of(curves: Curves, budget_ms: float | None) -> tuple[float, float]:
    """The smallest and largest value (ms) that the lane has to show; the budget is always in sight."""
    known = np.concatenate([curves.p50, curves.p99])
    known = known[np.isfinite(known)]
    low = float(known.min()) if known.size else (budget_ms or 1.0) / 10
    high = float(known.max()) if known.size else (budget_ms or 1.0)
    if budget_ms is not None:
        low, high = min(low, budget_ms), max(high, budget_ms)
    return max(low, SMALLEST_MS), max(high, SMALLEST_MS)


def axis_range(span: tuple[float, float], log: bool) -> tuple[float, float]:
    """The range of the axis for values in `span`, in steps so large that it seldom changes."""
    low, high = span
    if log:
        bottom, top = math.floor(2 * math.log10(low) - 0.2) / 2, math.ceil(2 * math.log10(high) + 0.2) / 2
        return bottom, max(top, bottom + 1)
    step = 10.0 ** math.floor(math.log10(high * 1.1))
    return 0.0, step * math.ceil(high * 1.1 / step * 2) / 2
