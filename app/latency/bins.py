"""Latency bins: what each quarter of a second was like, and the samples of the one that is still open.

A lane is one kind of latency of one priority; lane number = kind * 4 + priority.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.latency.budgets import PRIORITIES

KINDS: Final = ("total", "queue", "handle")
LANES: Final = len(KINDS) * PRIORITIES

BIN_NS: Final = 250_000_000
"""How long a bin lasts."""

QUANTILES: Final = np.array([0.5, 0.95, 0.99, 1.0])
P99: Final = 2
"""Where the 99th percentile stands in QUANTILES."""
MAX: Final = 3

BIN = np.dtype(
    [
        ("number", "i8"),  # ns since the epoch // BIN_NS
        ("published", "i4", (PRIORITIES + 1,)),  # rows by priority, the unknown ones last
        ("count", "i4", (LANES,)),
        ("ns", "f4", (LANES, len(QUANTILES))),  # NaN where there is no sample
        ("seq", "i8", (LANES, len(QUANTILES))),  # the rows that these figures are of
    ]
)
"""A bin as a row of a NumPy table."""


class Samples(NamedTuple):
    """Latencies in the order of their keys, which is by lane, then by duration; and whose they are."""

    keys: NDArray[np.int64]
    seqs: NDArray[np.int64]

    @property
    def bits(self) -> NDArray[np.int32]:
        """The durations as the bits of a positive float32, which have the order of the numbers."""
        return (self.keys & 0xFFFF_FFFF).astype(np.int32)

    @property
    def lanes(self) -> NDArray[np.int64]:
        """The lane of each sample."""
        return self.keys >> 32


def key_of(lanes: NDArray[np.int64], durations: NDArray[np.float32]) -> NDArray[np.int64]:
    """Numbers that sort by lane, then by duration (which must not be negative or NaN)."""
    return (lanes << 32) | np.abs(durations).view(np.int32)


def sorted_samples(keys: NDArray[np.int64], seqs: NDArray[np.int64]) -> Samples:
    """The samples in order; among equal ones the earliest comes first."""
    order = np.argsort(keys, kind="stable")
    return Samples(keys[order], seqs[order])


def describe(samples: Samples, row: np.void) -> None:
    """Write the figures of these samples into a row of a table of bins.

    A percentile is a sample that was really measured, the first one that is not below it, so that
    there is an event to show for it.
    """
    ends = np.searchsorted(samples.keys, np.arange(1, LANES + 1) << 32)
    counts = np.diff(ends, prepend=0)
    ranks = np.ceil(QUANTILES * (counts[:, None] - 1)).astype(np.int64)
    at = (ends - counts)[:, None] + np.maximum(ranks, 0)
    some = counts > 0
    row["count"] = counts
    row["ns"] = np.nan
    row["ns"][some] = samples.bits[at[some]].view(np.float32)
    row["seq"][some] = samples.seqs[at[some]]
    row["seq"][~some] = 0
