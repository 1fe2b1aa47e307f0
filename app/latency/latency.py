"""Latency: how long events of each priority take, by quarter seconds of the last hour.

Every handling that ended counts once. Percentiles of a bin are exact; those of a status window are
read from a histogram whose buckets are at most 3.1 % wide. Time is when the monitor observed a row.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from app.latency.bins import BIN, BIN_NS, KINDS, LANES, MAX, P99, QUANTILES, describe
from app.latency.budgets import PRIORITIES, budgets_ns
from app.latency.histogram import BUCKETS, LatencyHistogram, bucket_of, buckets_of, quantiles
from app.latency.samples import OpenBin
from app.phases import ENDED, lanes_of
from app.store.backlog import Backlog
from app.store.chunk import Chunk
from eventscope.step import Phase

Kind = Literal["total", "queue", "handle"]

BINS: Final = 14_400
"""An hour of them."""
BINS_A_SECOND: Final = 1_000_000_000 // BIN_NS
LATE_BINS: Final = 4
"""A clock that steps back by less than this goes on filling the open bin."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """One lane over time, one entry a bin, all in ms; NaN where nothing was measured.

    `time` is the start of each bin in seconds since the epoch. `p99_seq` and `max_seq` are the rows
    that the 99th percentile and the maximum were measured at, 0 for none.
    """

    time: Floats
    p50: Floats
    p95: Floats
    p99: Floats
    max: Floats
    count: NDArray[np.int64]
    p99_seq: NDArray[np.int64]
    max_seq: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """Published events a second over time: `per_second[i, priority]`, the last column unknown ones."""

    time: Floats
    per_second: Floats


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One lane over the last seconds, in ms; NaN when `count` is 0. `over` samples exceed the budget."""

    p50: float
    p95: float
    p99: float
    max: float
    count: int
    budget_ms: float
    over: int
    over_fraction: float


class Latency:
    """Distributions of `total`, `queue` and `handle` time for each priority."""

    def __init__(self, budgets_ms: Mapping[int, float] | None = None) -> None:
        self._bins = np.zeros(BINS, BIN)
        self._bins["number"] = -1
        self._open = -1
        self._backlog = Backlog(self._take)
        self._filling = OpenBin()
        self._histogram = LatencyHistogram()
        self._measured = np.zeros(LANES, np.int64)
        self.set_budgets(budgets_ms)

    def set_budgets(self, budgets_ms: Mapping[int, float] | None) -> None:
        """Judge by these budgets from now on, including what is in the window."""
        self._budgets = budgets_ns(budgets_ms)

    @property
    def negative(self) -> dict[str, int]:
        """How many durations of each kind were negative, because clocks disagree; they count nowhere else."""
        self._settle()
        return dict(zip(KINDS, self._filling.negative.tolist(), strict=True))

    @property
    def unknown_priority(self) -> int:
        """How many handlings ended of events whose priority nobody knows."""
        self._settle()
        return self._filling.unknown_priority

    def measured(self, kind: Kind, priority: int) -> int:
        """How many samples of this lane there were since the start; with 0 it cannot be measured here."""
        self._settle()
        row = self._bins[self._open % BINS]
        lane = lane_of(kind, priority)
        return int(self._measured[lane] + (row["count"][lane] if self._open >= 0 else 0))

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        self._backlog.add(chunk, start, stop)

    def series(self, kind: Kind, priority: int, since_ns: int, until_ns: int | None = None) -> Series:
        """The bins from `since_ns` to before `until_ns` (by default, all to the newest)."""
        self._settle()
        numbers = self._numbers(since_ns, until_ns)
        slots, lane = numbers % BINS, lane_of(kind, priority)
        there = self._bins["number"][slots] == numbers
        ms = np.where(there[:, None], self._bins["ns"][slots, lane].astype(np.float64) / 1e6, np.nan)
        seqs = np.where(there[:, None], self._bins["seq"][slots, lane], 0)
        count = np.where(there, self._bins["count"][slots, lane], 0).astype(np.int64)
        p50, p95, p99, largest = ms.T
        return Series(seconds(numbers), p50, p95, p99, largest, count, seqs[:, P99], seqs[:, MAX])

    def rates(self, since_ns: int, until_ns: int | None = None) -> Rates:
        """Published events by priority; bins in which nothing came read 0."""
        self._backlog.flush()
        numbers = self._numbers(since_ns, until_ns)
        slots = numbers % BINS
        there = self._bins["number"][slots] == numbers
        published = np.where(there[:, None], self._bins["published"][slots], 0)
        return Rates(seconds(numbers), published * float(BINS_A_SECOND))

    def status(self, kind: Kind, priority: int, window_s: int = 30, now: int | None = None) -> LaneStatus:
        """The last `window_s` seconds (60 at most) before `now` (ns since the epoch) in one line."""
        self._settle()
        lane = lane_of(kind, priority)
        until = (time.time_ns() if now is None else now) // BIN_NS // BINS_A_SECOND + 1
        counts = self._histogram.counts(lane, until - window_s, until)
        if until - window_s <= self._open // BINS_A_SECOND < until:
            counts = counts + self._open_counts(lane)
        budget = float(self._budgets[priority])
        total = int(counts.sum())
        if not total:
            return LaneStatus(np.nan, np.nan, np.nan, np.nan, 0, budget / 1e6, 0, 0.0)
        values = quantiles(counts, QUANTILES)
        # The bins know the greatest sample; the middle of its bucket may lie above it.
        largest = self._largest(lane, until - window_s, until) or float(values[MAX])
        p50, p95, p99 = (np.minimum(values[:MAX], largest) / 1e6).tolist()
        over = int(counts[bucket_of(budget) + 1 :].sum())
        return LaneStatus(p50, p95, p99, largest / 1e6, total, budget / 1e6, over, over / total)

    def _take(self, chunk: Chunk, start: int, stop: int) -> None:
        numbers = chunk.observed[start:stop] // BIN_NS
        turns = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
        for first, last in zip((0, *turns), (*turns, len(numbers)), strict=True):
            self._add(chunk, start + int(first), start + int(last), int(numbers[first]))

    def _add(self, chunk: Chunk, start: int, stop: int, number: int) -> None:
        if not self._open - LATE_BINS <= number <= self._open:
            self._turn(number)
        phase = chunk.phase[start:stop]
        published = lanes_of(chunk.priority[start:stop][phase == Phase.PUBLISHED])
        row = self._bins[self._open % BINS]
        row["published"] += np.bincount(published, minlength=PRIORITIES + 1)
        ended = np.flatnonzero(ENDED[phase])
        if ended.size:
            self._filling.add(chunk, ended + start)

    def _turn(self, number: int) -> None:
        """Close the open bin and open another."""
        self._describe()
        if self._open >= 0:
            self._histogram.add(self._open // BINS_A_SECOND, self._filling.samples())
            self._measured += self._bins[self._open % BINS]["count"]
            self._filling.clear()
        self._open = number
        row = self._bins[number % BINS]
        row["number"], row["published"], row["count"], row["seq"] = number, 0, 0, 0
        row["ns"] = np.nan

    def _settle(self) -> None:
        """Look at all rows, and bring the figures of the open bin up to date."""
        self._backlog.flush()
        self._describe()

    def _describe(self) -> None:
        if self._filling.stale:
            describe(self._filling.samples(), self._bins[self._open % BINS])

    def _open_counts(self, lane: int) -> NDArray[np.int64]:
        samples = self._filling.samples()
        return np.bincount(buckets_of(samples.bits[samples.lanes == lane]), minlength=BUCKETS)

    def _largest(self, lane: int, since: int, until: int) -> float:
        """The greatest duration (ns) in these seconds, 0 when their bins are lost to a clock that stepped back."""
        numbers = np.arange(since * BINS_A_SECOND, until * BINS_A_SECOND)
        there = self._bins["number"][numbers % BINS] == numbers
        return float(np.fmax.reduce(self._bins["ns"][numbers[there] % BINS, lane, MAX], initial=0.0))

    def _numbers(self, since_ns: int, until_ns: int | None) -> NDArray[np.int64]:
        """The bins of a stretch of time, the latest hour of it at most."""
        stop = self._open + 1 if until_ns is None else -(-until_ns // BIN_NS)
        return np.arange(max(since_ns // BIN_NS, stop - BINS), stop)


def lane_of(kind: Kind, priority: int) -> int:
    """The number of a lane."""
    return KINDS.index(kind) * PRIORITIES + priority


def seconds(numbers: NDArray[np.int64]) -> Floats:
    """When bins start, in seconds since the epoch."""
    return numbers / BINS_A_SECOND
