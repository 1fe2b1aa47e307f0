"""LatencyHistogram: how many samples of each size there were in each of the last 60 seconds.

Percentiles of a window come from the sum of its seconds. Averages of percentiles would be wrong.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.latency.bins import LANES, Samples

SECONDS: Final = 60

SHIFT: Final = 18
"""Bits of a float32 that do not matter: 5 bits of mantissa stay, so a bucket is at most 3.1 % wide."""
LOWEST: Final = int(np.float32(2**9).view(np.int32)) >> SHIFT
"""The bucket of half a microsecond; what is shorter goes there too."""
BUCKETS: Final = (int(np.float32(2**43).view(np.int32)) >> SHIFT) - LOWEST
"""Up to 2.4 hours; what is longer goes into the last one."""

Counts = NDArray[np.int64]


def buckets_of(bits: NDArray[np.int32]) -> NDArray[np.int32]:
    """The bucket of each duration, given as the bits of a positive float32 (ns)."""
    buckets: NDArray[np.int32] = np.clip((bits >> SHIFT) - LOWEST, 0, BUCKETS - 1)
    return buckets


def bucket_of(ns: float) -> int:
    """The bucket of one duration."""
    return int(buckets_of(np.array([ns], np.float32).view(np.int32))[0])


EDGES: Final = ((np.arange(BUCKETS + 1, dtype=np.int32) + LOWEST) << SHIFT).view(np.float32)
MIDDLES: Final = (EDGES[:-1] + EDGES[1:]) / 2
"""The duration that stands for each bucket (ns), at most 1.6 % off."""


class LatencyHistogram:
    """A ring of seconds, each with the number of samples by lane and bucket."""

    def __init__(self) -> None:
        self._second = np.full(SECONDS, -1, np.int64)
        self._counts = np.zeros((SECONDS, LANES, BUCKETS), np.int32)

    def add(self, second: int, samples: Samples) -> None:
        """Count samples that were observed in this second (since the epoch)."""
        slot = second % SECONDS
        if self._second[slot] != second:
            self._second[slot] = second
            self._counts[slot] = 0
        flat = samples.lanes * BUCKETS + buckets_of(samples.bits)
        self._counts[slot] += np.bincount(flat, minlength=LANES * BUCKETS).reshape(LANES, BUCKETS)

    def counts(self, lane: int, since: int, until: int) -> Counts:
        """Samples by bucket of one lane in the seconds from `since` to before `until`."""
        window = (self._second >= since) & (self._second < until)
        total: Counts = self._counts[window, lane].sum(axis=0, dtype=np.int64)
        return total


def quantiles(counts: Counts, shares: NDArray[np.float64]) -> NDArray[np.float32]:
    """The durations (ns) that these shares of the samples do not exceed. There must be a sample."""
    running = np.cumsum(counts)
    ranks = np.ceil(shares * (running[-1] - 1))
    durations: NDArray[np.float32] = MIDDLES[np.searchsorted(running, ranks, side="right")]
    return durations
