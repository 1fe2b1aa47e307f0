"""Shelf: the chunks that are kept, in the order of their rows, and the account of those that are not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk, Rows
from app.store.ledger import Ledger


class Shelf:
    """`chunks` is a new list after every change, so that another thread may go through the one that it has.

    `generation` changes whenever rows go or come back. Rows that were cleared are `aside` until that is settled;
    they count against the memory, but are not kept.
    """

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.aside: list[Chunk] = []
        self.coming: Chunk | None = None
        """A chunk that is being filled to take the place of others."""
        self.ledger = Ledger()
        self.evicted = 0
        self.cleared = 0
        self.generation = 0
        self._sizes: dict[Chunk, int] = {}
        self._settled = 0

    @property
    def bytes(self) -> int:
        """Memory taken by all of them, the dictionaries estimated."""
        growing = [chunk for chunk in (*self.chunks[-1:], self.coming) if chunk and chunk not in self._sizes]
        return self._settled + sum(chunk.bytes for chunk in growing)

    @property
    def kept(self) -> int:
        """How many rows there are."""
        return sum(chunk.rows for chunk in self.chunks)

    @property
    def spilled(self) -> int:
        """How many of these are in a file, and not in memory."""
        return sum(chunk.rows for chunk in self.chunks if not chunk.at_hand)

    def holder(self, seq: int) -> Chunk | None:
        """The chunk that holds a row."""
        chunks = self.chunks
        place = bisect_right(chunks, seq, key=lambda chunk: chunk.first_seq) - 1
        held = place >= 0 and bool(chunks[place].holds(np.array([seq], np.int64))[0])
        return chunks[place] if held else None

    def kept_of(self, wanted: Rows) -> NDArray[np.bool_]:
        """Which of these rows, in ascending order, are there."""
        there = np.zeros(len(wanted), np.bool_)
        for chunk in self.chunks:
            low, high = np.searchsorted(wanted, (chunk.first_seq, chunk.next_seq))
            there[low:high] = chunk.holds(wanted[low:high])
        return there

    def add(self, chunk: Chunk) -> None:
        """Put a chunk at the end, to be filled; the one before it does not grow any more."""
        if self.chunks:
            self._settle(self.chunks[-1])
        self.chunks = [*self.chunks, chunk]

    def weigh(self, chunk: Chunk) -> None:
        """A chunk takes less than it did, if it is still here."""
        if chunk in self._sizes:
            self._settle(chunk)

    def replace(self, old: Sequence[Chunk], new: Chunk | None) -> None:
        """Put one chunk, or none, in the place of some that lie together; the rows that it lacks are evicted."""
        place = self.chunks.index(old[0])
        self.chunks = [*self.chunks[:place], *([new] if new else []), *self.chunks[place + len(old) :]]
        self.evicted += sum(chunk.rows for chunk in old) - (new.rows if new else 0)
        for chunk in old:
            self.ledger.evict(chunk)
            self._settled -= self._sizes.pop(chunk, 0)
        if new:
            self.ledger.spare(new)
            self._settle(new)
        self.generation += 1

    def clear(self) -> None:
        """Set all chunks aside; what was set aside before goes for good."""
        self.forget_aside()
        if self.chunks:
            self._settle(self.chunks[-1])
        self.cleared += self.kept
        self.aside, self.chunks = self.chunks, []
        self.generation += 1

    def bring_back(self) -> int:
        """Undo the clearing, before the rows that came since; how many rows are back."""
        rows = sum(chunk.rows for chunk in self.aside)
        self.cleared -= rows
        self.chunks, self.aside = [*self.aside, *self.chunks], []
        self.generation += 1
        return rows

    def forget_aside(self) -> None:
        """Let go of what was set aside."""
        for chunk in self.aside:
            self._settled -= self._sizes.pop(chunk, 0)
        self.aside = []

    def drop_aside(self, chunk: Chunk) -> None:
        """Evict a chunk that was set aside."""
        self.aside = [each for each in self.aside if each is not chunk]
        self._settled -= self._sizes.pop(chunk, 0)
        self.ledger.evict(chunk)
        self.cleared -= chunk.rows
        self.evicted += chunk.rows

    def drop(self, lost: Callable[[Iterable[Chunk]], Iterable[Chunk]]) -> None:
        """Evict those of all chunks that `lost` tells."""
        for chunk in lost(self.aside):
            self.drop_aside(chunk)
        for chunk in lost(self.chunks):
            self.replace([chunk], None)

    def _settle(self, chunk: Chunk) -> None:
        """What a chunk takes that does not grow any more."""
        size = chunk.bytes
        self._settled += size - self._sizes.get(chunk, 0)
        self._sizes[chunk] = size
