"""The time axis of a trace: nanoseconds to pixels, with long idle stretches folded.

In asynchronous systems a trace may wait two hours for twenty milliseconds of work: drawn to scale, the work
would be invisible.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import Final

import numpy as np

__all__ = ["FOLD_PX", "Stretch", "Tick", "TimeAxis", "span_text"]

SECOND: Final = 1_000_000_000
"""Nanoseconds."""

FOLD_PX: Final = 96
"""The width of a folded stretch: room for `⋯ 2 h 14 min ⋯` in a small font."""
TICK_PX: Final = 72
"""The least distance between two ticks."""
SHORTEST_FOLD_NS: Final = 2 * SECOND
LONGER_THAN_USUAL: Final = 10
"""A pause is folded when it is so many times the median pause."""
MOST_FOLDS: Final = 8
"""More folds would leave no room for the work: then only the longest pauses are folded."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis, `start` to `stop` in ns. Left of it lie `before` ns drawn to scale and `folds` folds."""

    start: int
    stop: int
    folded: bool
    before: int
    folds: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at `x` pixels."""

    x: float
    text: str


class TimeAxis:
    """The axis over `spans` of (start, stop) in ns. Pauses that start at a time in `unfolded` are drawn to scale.

    Marks count from `zero`, as far as no pause is folded between.
    """

    def __init__(self, spans: Iterable[tuple[int, int]], unfolded: frozenset[int] = frozenset(), zero: int = 0) -> None:
        self.zero = zero
        begun = list(spans)
        self._lay_out(merged([start for start, _ in begun], [stop for _, stop in begun]), unfolded)

    @classmethod
    def over(
        cls, starts: Sequence[int], stops: Sequence[int], unfolded: frozenset[int] = frozenset(), zero: int = 0
    ) -> TimeAxis:
        """The same over many spans."""
        axis = cls([], zero=zero)
        axis._lay_out(merged(starts, stops), unfolded)
        return axis

    def _lay_out(self, busy: Sequence[tuple[int, int]], unfolded: frozenset[int]) -> None:
        self.stretches = stretches(busy, folded_pauses(busy) - unfolded)
        self.start = self.stretches[0].start if busy else 0
        self.stop = self.stretches[-1].stop if busy else 0
        self._starts = [stretch.start for stretch in self.stretches]
        self._scaled = sum(s.stop - s.start for s in self.stretches if not s.folded)
        self._folds = sum(s.folded for s in self.stretches)

    def x(self, at: int, width: float) -> float:
        """Where the time `at` lies on an axis that is `width` pixels wide."""
        at = min(max(at, self.start), self.stop)
        if not self.stretches:
            return 0.0
        stretch = self.stretches[max(bisect_right(self._starts, at) - 1, 0)]
        left = stretch.before * self._scale(width) + stretch.folds * self._fold_px(width)
        if stretch.folded:
            return left + self._fold_px(width) * (at - stretch.start) / (stretch.stop - stretch.start)
        return left + (at - stretch.start) * self._scale(width)

    def fold_at(self, x: float, width: float) -> Stretch | None:
        """The folded stretch under pixel `x`, or None."""
        for stretch in self.stretches:
            if stretch.folded and self.x(stretch.start, width) <= x <= self.x(stretch.stop, width):
                return stretch
        return None

    def ticks(self, width: float) -> list[Tick]:
        """Marks at round times from the start; after a fold, from where time goes on."""
        scale = self._scale(width)
        if scale <= 0:
            return []
        step = round_step(TICK_PX / scale)
        return [tick for i, s in enumerate(self.stretches) if not s.folded for tick in self._marks(s, step, width, i)]

    def _marks(self, stretch: Stretch, step: int, width: float, number: int) -> list[Tick]:
        if stretch.start < self.zero < stretch.stop:
            before, after = (self.zero - stretch.start) // step, (stretch.stop - self.zero) // step
            counted = range(-before, after + 1)
            return [Tick(self.x(self.zero + n * step, width), span_text(n * step)) for n in counted]
        sign = "+" if number else ""
        last = (stretch.stop - stretch.start) // step
        return [
            Tick(self.x(stretch.start + n * step, width), sign + span_text(n * step))
            for n in range(1 if number else 0, last + 1)
        ]

    def _scale(self, width: float) -> float:
        """Pixels per nanosecond drawn to scale."""
        return (width - self._folds * self._fold_px(width)) / self._scaled if self._scaled else 0.0

    def _fold_px(self, width: float) -> float:
        """Folds give way where the axis is narrow: work keeps half of it."""
        return min(FOLD_PX, width / 2 / self._folds) if self._folds else 0.0


def merged(starts: Sequence[int], stops: Sequence[int]) -> list[tuple[int, int]]:
    """The same time covered by as few spans as possible, in order."""
    if not starts:
        return []
    first, last = np.array(starts), np.array(stops)
    order = np.argsort(first, kind="stable")
    first, reached = first[order], np.maximum.accumulate(np.maximum(first, last)[order])
    begins = np.flatnonzero(np.append(True, first[1:] > reached[:-1]))
    ends = np.append(begins[1:] - 1, len(first) - 1)
    return list(zip(first[begins].tolist(), reached[ends].tolist(), strict=True))


def folded_pauses(busy: Sequence[tuple[int, int]]) -> frozenset[int]:
    """When the pauses start that are much longer than is usual in this trace."""
    pauses = {stop: start - stop for (_, stop), (start, _) in pairwise(busy)}
    usual = median_low(pauses.values()) if len(pauses) > 2 else 0
    limit = max(SHORTEST_FOLD_NS, LONGER_THAN_USUAL * usual)
    longest = sorted(pauses, key=lambda start: pauses[start], reverse=True)[:MOST_FOLDS]
    return frozenset(start for start in longest if pauses[start] > limit)


def stretches(busy: Sequence[tuple[int, int]], folds: frozenset[int]) -> list[Stretch]:
    """The axis cut at the folds."""
    cuts = sorted({edge for (_, a), (b, _) in pairwise(busy) if a in folds for edge in (a, b)})
    edges = [busy[0][0], *cuts, max(busy[-1][1], busy[0][0] + 1)] if busy else []
    made: list[Stretch] = []
    before = folded = 0
    for start, stop in pairwise(edges):
        if stop == start:
            continue
        fold = start in folds
        made.append(Stretch(start, stop, fold, before, folded))
        folded += fold
        before += 0 if fold else stop - start
    return made


def round_step(least_ns: float) -> int:
    """The smallest round number of nanoseconds that is not below `least_ns`."""
    for unit, steps in UNITS:
        for step in steps:
            if unit * step >= least_ns:
                return unit * step
    return UNITS[-1][0] * (int(least_ns / UNITS[-1][0]) + 1)


THOUSANDS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)
UNITS: Final = (
    (1, THOUSANDS),
    (1_000, THOUSANDS),
    (1_000_000, THOUSANDS),
    (SECOND, (1, 2, 5, 10, 15, 30)),
    (60 * SECOND, (1, 2, 5, 10, 15, 30)),
    (3_600 * SECOND, (1, 2, 6, 12)),
    (86_400 * SECOND, THOUSANDS),
)


def span_text(ns: float) -> str:
    """A duration with three figures at most: `0.42 ms`, `12.3 ms`, `1.24 s`, `2 min 3 s`, `2 h 14 min`."""
    if ns < 0:
        return "−" + span_text(-ns)
    if ns < 60 * SECOND:
        return _below_a_minute(ns)
    for name, unit, rest, below in (("min", 60, "s", 1), ("h", 3_600, "min", 60), ("d", 86_400, "h", 3_600)):
        if ns < 100 * unit * SECOND or name == "d":
            much, little = divmod(int(ns / SECOND), unit)
            return f"{much:,} {name} {little // below} {rest}" if little // below else f"{much:,} {name}"
    raise AssertionError("days take all that is left")


def _below_a_minute(ns: float) -> str:
    for name, unit in (("s", SECOND), ("ms", 1_000_000), ("µs", 1_000)):
        if ns >= 0.9995 * unit or (name == "µs" and ns):
            value = ns / unit
            return f"{value:.3g} {name}" if value < 999.5 else f"{value:.0f} {name}"
    return "0"
