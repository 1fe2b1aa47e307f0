"""OpenBin: the samples of the latency bin that is being filled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.latency.bins import KINDS, Samples, key_of, sorted_samples
from app.latency.budgets import PRIORITIES
from app.phases import lanes_of
from app.store.chunk import Chunk

OFFSETS = np.arange(len(KINDS))[:, None] * PRIORITIES
"""The first lane of each kind."""

MOST_SAMPLES = 2_000_000
"""More than a quarter of a second can bring; a stopped clock must not fill the memory."""


class OpenBin:
    """Collects cheaply while rows come, and sorts when somebody asks."""

    def __init__(self) -> None:
        self._waiting: list[tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.float32]]] = []
        self._samples = Samples(np.empty(0, np.int64), np.empty(0, np.int64))
        self._rows = 0
        self.negative = np.zeros(len(KINDS), np.int64)
        self.unknown_priority = 0
        self.left_out = 0
        """Rows that found no room."""

    def add(self, chunk: Chunk, rows: NDArray[np.int64]) -> None:
        """Take in rows at which a handling ended."""
        if self._rows >= MOST_SAMPLES:
            self.left_out += len(rows)
            return
        self._rows += len(rows)
        durations = np.stack((chunk.total[rows], chunk.queue[rows], chunk.handle[rows]))
        self._waiting.append((chunk.seqs_of(rows), lanes_of(chunk.priority[rows]), durations))

    @property
    def stale(self) -> bool:
        """Whether rows came since `samples` was asked last."""
        return bool(self._waiting)

    def samples(self) -> Samples:
        """All samples so far, in order."""
        if self._waiting:
            seqs, lanes, durations = zip(*self._waiting, strict=True)
            self._waiting = []
            self._merge(np.concatenate(seqs), np.concatenate(lanes), np.concatenate(durations, axis=1))
        return self._samples

    def clear(self) -> None:
        """Begin the next bin."""
        self.samples()
        self._samples = Samples(np.empty(0, np.int64), np.empty(0, np.int64))
        self._rows = 0

    def _merge(self, seqs: NDArray[np.int64], lanes: NDArray[np.intp], durations: NDArray[np.float32]) -> None:
        """Sort new samples in. Clocks that disagree make negative ones: those are counted apart."""
        self.negative += (durations < 0).sum(axis=1)
        self.unknown_priority += int((lanes == PRIORITIES).sum())
        good = (durations >= 0) & (lanes < PRIORITIES)
        keys = key_of((lanes + OFFSETS)[good], durations[good])
        seqs = np.broadcast_to(seqs, durations.shape)[good]
        old = self._samples
        self._samples = sorted_samples(np.concatenate((old.keys, keys)), np.concatenate((old.seqs, seqs)))
