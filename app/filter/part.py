"""Part: which rows of one chunk match, as far as it has been scanned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk


class Part:
    """Matching rows below `scanned`, ascending. `taken` while a search in another thread scans it."""

    __slots__ = ("_found", "alive", "chunk", "count", "scanned", "taken")

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.scanned = 0
        self.count = 0
        self.taken = False
        self.alive = True
        """False once the chunk was evicted; results for it come too late."""
        self._found = np.empty(chunk.capacity, np.uint16)

    def add(self, rows: NDArray[np.int64], scanned: int) -> None:
        """Put in the matches of the rows up to `scanned`."""
        self._found[self.count : self.count + len(rows)] = rows
        self.count += len(rows)
        self.scanned = scanned

    def cut(self, rows: int) -> bool:
        """Forget everything from row `rows` on; whether a match was among it."""
        if rows >= self.scanned:
            return False
        before, self.scanned = self.count, rows
        self.count = self._place(rows)
        return self.count < before

    def visible(self, horizon: int | None) -> int:
        """How many rows lie below the horizon."""
        return visible_rows(self.chunk, horizon)

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The sequence numbers of matches `start` to `stop`."""
        return self._found[start:stop] + np.int64(self.chunk.first_seq)

    def index(self, seq: int) -> int:
        """How many matches come before a row."""
        return self._place(seq - self.chunk.first_seq)

    def _place(self, row: int) -> int:
        return int(np.searchsorted(self._found[: self.count], row)) if row >= 0 else 0


def visible_rows(chunk: Chunk, horizon: int | None) -> int:
    """How many rows of a chunk lie below the horizon."""
    return chunk.rows if horizon is None else min(max(horizon - chunk.first_seq, 0), chunk.rows)
