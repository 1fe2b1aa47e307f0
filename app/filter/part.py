"""Part: which rows of one chunk match, as far as it has been scanned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.marks import among
from app.store.chunk import Chunk


class Part:
    """Matching rows below `scanned`, ascending. `taken` while a search in another thread scans it.

    As long as all rows match, as they do without a filter, they take no memory.
    """

    __slots__ = ("_found", "alive", "chunk", "count", "scanned", "skipped_at", "taken")

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.scanned = 0
        self.count = 0
        self.taken = False
        self.skipped_at: int | None = None
        """The first row that a cancelled search has not seen."""
        self.alive = True
        """False once the chunk was evicted; results for it come too late."""
        self._found: NDArray[np.uint16] | None = None
        """The first `count` are the rows that match; None when these are the first `count` of the chunk."""

    def add(self, rows: NDArray[np.int64], scanned: int) -> None:
        """Put in the matches of the rows up to `scanned`."""
        if self._found is None and self.count + len(rows) != scanned:
            self._found = np.empty(self.chunk.capacity, np.uint16)
            self._found[: self.count] = np.arange(self.count)
        if self._found is not None:
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

    def inherit(self, parts: Sequence[Part], horizon: int | None) -> None:
        """Take over what was found by parts whose chunks this one comes from, if they were scanned to their end."""
        if all(part.scanned >= part.visible(horizon) for part in parts):
            seqs = self.chunk.seqs_of(np.arange(self.chunk.rows))
            found = [among(seqs, part.seqs(0, part.count)) for part in parts]
            self.add(np.flatnonzero(np.logical_or.reduce(found)), self.visible(horizon))
            self.skipped_at = 0 if any(part.skipped_at is not None for part in parts) else None

    def skip(self, rows: int) -> bool:
        """Leave out what was not scanned below row `rows`; whether there was anything."""
        if self.scanned < rows and self.skipped_at is None:
            self.skipped_at = self.scanned
        self.scanned = max(self.scanned, rows)
        return self.skipped_at is not None

    def unskip(self) -> bool:
        """Go back to where something was left out; whether matches behind it must be found anew."""
        at, self.skipped_at = self.skipped_at, None
        return at is not None and self.cut(at)

    def visible(self, horizon: int | None) -> int:
        """How many rows lie below the horizon."""
        return visible_rows(self.chunk, horizon)

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The sequence numbers of matches `start` to `stop`."""
        stop = min(stop, self.count)
        rows = np.arange(start, stop) if self._found is None else self._found[start:stop].astype(np.int64)
        return self.chunk.seqs_of(rows)

    def index(self, seq: int) -> int:
        """How many matches come before a row."""
        return self._place(self.chunk.place_of(seq))

    def _place(self, row: int) -> int:
        return min(row, self.count) if self._found is None else int(np.searchsorted(self._found[: self.count], row))


def heir(chunk: Chunk, parts: Sequence[Part], horizon: int | None) -> Part:
    """The part of a chunk that took the place of the chunks of some of these parts, or of none."""
    part = Part(chunk)
    forebears = [
        each for each in parts if each.chunk.next_seq > chunk.first_seq and each.chunk.first_seq < chunk.next_seq
    ]
    if forebears:
        part.inherit(forebears, horizon)
    return part


def visible_rows(chunk: Chunk, horizon: int | None) -> int:
    """How many rows of a chunk lie below the horizon."""
    return chunk.rows if horizon is None else chunk.place_of(horizon)
