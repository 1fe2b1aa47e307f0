"""Unwritten: the chunks of a store whose rows are not all recorded, found by looking at the store again and again."""

from __future__ import annotations

from collections import deque
from typing import Final

from app.store.chunk import Chunk
from app.store.store import Store

__all__ = ["Unwritten"]

KEPT_GONE: Final = 4
"""Chunks kept for the recorder that the store has let go of; more would take memory without end on a slow disk."""


class Unwritten:
    """Begins with all chunks that the store has. One thread looks; others may append to the store meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest = -1
        self._chunks: deque[Chunk] = deque()
        self._first = frozenset(chunk.serial for chunk in store.chunks)
        self.look()

    def look(self) -> None:
        """Add the chunks that are new, and give up some that the store has let go of."""
        chunks = self._store.chunks
        for chunk in chunks[self._place_of_new(chunks) :]:
            self._chunks.append(chunk)
            self._newest = chunk.first_seq
        if len(self._chunks) > KEPT_GONE:
            self._give_up({chunk.serial for chunk in chunks})

    @property
    def first(self) -> Chunk | None:
        """The oldest chunk with rows that are not recorded."""
        return self._chunks[0] if self._chunks else None

    def done(self) -> None:
        """All rows of the first chunk are recorded, and no others come."""
        self._chunks.popleft()

    def _place_of_new(self, chunks: list[Chunk]) -> int:
        place = len(chunks)
        while place and chunks[place - 1].first_seq > self._newest:
            place -= 1
        return place

    def _give_up(self, there: set[int]) -> None:
        """Those that were there at the beginning stay: all rows of that moment were asked for."""
        kept = there | self._first
        gone = [chunk for chunk in self._chunks if chunk.serial not in kept]
        for chunk in gone[:-KEPT_GONE]:
            self._chunks.remove(chunk)
