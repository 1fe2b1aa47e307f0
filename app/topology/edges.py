"""EdgeTable: the numbers of all edges of the map, in columns."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.phases import ENDED
from app.store.chunk import Chunk
from app.store.packing import NO_PAYLOAD
from eventscope.step import Phase

Ints = NDArray[np.int64]

PHASES: Final = 8
"""A power of two that has room for every Phase."""

RATE_NS: Final = 5_000_000_000
"""How far back rates look: after this time an event still counts 37 %."""
STEP_NS: Final = 250_000_000
"""Rates change at most this often."""

STEP_BACK_NS: Final = 1_000_000_000
"""Rows that waited are this much older than the clock at most."""

FLOW, BYTES, ERRORS, TOTAL_NS, MEASURED = range(5)
"""What has a rate: events or attempts, payload bytes, failures, durations, and how many those are."""


class EdgeTable:
    """`counts[edge, phase]` rows, and rates, of at most `limit` edges."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.publishes = np.zeros(limit, np.bool_)
        """Which edges lead from a producer to a type."""
        self.counts = np.zeros((limit, PHASES), np.int64)
        self.unhandled = np.zeros(limit, np.int64)
        self.fanout = np.full(limit, -1, np.int64)
        self.last_seen = np.zeros(limit, np.int64)
        self.rates = np.zeros((limit, 5))
        self._sums = np.zeros((limit, 5))
        self._sums_then = np.zeros((limit, 5))
        self._then = 0
        self._weight = 0.0

    def count(self, edges: Ints, chunk: Chunk, rows: slice) -> None:
        """Add rows of a chunk, each to its edge."""
        phase = chunk.phase[rows]
        one = np.ones(len(edges), np.int64)
        np.add.at(self.counts.ravel(), edges * PHASES + phase, one)
        np.maximum.at(self.last_seen, edges, chunk.observed[rows])
        self._count_published(edges, chunk, rows, np.flatnonzero(phase == Phase.PUBLISHED))
        self._count_durations(edges, chunk.total[rows], np.flatnonzero(ENDED[phase]))

    def count_failures(self, edges: Ints, phase: NDArray[np.uint8], observed: Ints) -> None:
        """Add failures to the edges of those who published what failed."""
        np.add.at(self.counts.ravel(), edges * PHASES + phase, np.ones(len(edges), np.int64))
        np.maximum.at(self.last_seen, edges, observed)

    def flow(self) -> Ints:
        """Events published, or attempts begun, over each edge. Some sources tell only of the ends."""
        counts = self.counts[: self.size]
        ended = counts[:, Phase.HANDLED] + counts[:, Phase.FAILED]
        attempts = np.where(self.publishes[: self.size], 0, np.maximum(counts[:, Phase.DELIVERED], ended))
        return counts[:, Phase.PUBLISHED] + attempts

    def errors(self) -> Ints:
        """Failed attempts and dropped deliveries of each edge. Some sources tell only of dead letters."""
        counts = self.counts[: self.size]
        failed: Ints = np.maximum(counts[:, Phase.FAILED], counts[:, Phase.DEAD_LETTERED])
        return failed + counts[:, Phase.DROPPED]

    def advance(self, now: int) -> None:
        """Bring the rates up to `now` (ns). A clock that steps far back starts a new measurement."""
        passed = now - self._then
        if -STEP_BACK_NS < passed < STEP_NS:
            return
        size = self.size
        self._sums[:size, FLOW] = self.flow()
        self._sums[:size, ERRORS] = self.errors()
        if self._then and passed > 0:
            self._blend(passed)
        self._then = now
        self._sums_then[:size] = self._sums[:size]

    def _blend(self, passed: int) -> None:
        size, kept = self.size, math.exp(-passed / RATE_NS)
        # The weight makes the first seconds right: before there is a past, the present counts in full.
        weight = self._weight * kept + (1 - kept)
        fresh = (self._sums[:size] - self._sums_then[:size]) * (1e9 / passed)
        self.rates[:size] = (self.rates[:size] * (self._weight * kept) + fresh * (1 - kept)) / weight
        self._weight = weight

    def _count_published(self, edges: Ints, chunk: Chunk, rows: slice, published: Ints) -> None:
        edges = edges[published]
        size = chunk.size[rows][published]
        np.add.at(self._sums[:, BYTES], edges, np.where(size == NO_PAYLOAD, 0, size).astype(np.float64))
        fanout = chunk.fanout[rows][published].astype(np.int64)
        self.fanout[edges] = fanout
        np.add.at(self.unhandled, edges, (fanout == 0).astype(np.int64))

    def _count_durations(self, edges: Ints, total: NDArray[np.float32], ended: Ints) -> None:
        measured = ended[total[ended] >= 0]
        np.add.at(self._sums[:, TOTAL_NS], edges[measured], total[measured].astype(np.float64))
        np.add.at(self._sums[:, MEASURED], edges[measured], np.ones(len(measured)))
