"""Latest: the latest row of every type that every source sent, which is kept however old it is."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk
from app.store.codes import ABSENT, Codes
from eventscope.step import Phase

Ints = NDArray[np.int64]

MOST_TYPES: Final = 4_096
MOST_SOURCES: Final = 64
"""Those beyond share a place: a hostile source must not fill the memory with types."""


class Latest:
    """Of each type and source two rows: the latest that was published, which has the payload, and the latest step."""

    def __init__(self) -> None:
        self._types = Codes("type", MOST_TYPES - 2)
        self._sources = Codes("source", MOST_SOURCES - 2)
        self._latest = np.zeros(MOST_TYPES * MOST_SOURCES * 2, np.int64)
        self._learnt: WeakKeyDictionary[Chunk, int] = WeakKeyDictionary()

    def learn(self, chunk: Chunk) -> None:
        """Take in the rows of a chunk that are new since the last call. Chunks are learnt in their order."""
        start = self._learnt.get(chunk, 0)
        if start < chunk.rows:
            rows = np.arange(start, chunk.rows)
            # Of several values assigned to one place the last stays.
            self._latest[self._places(chunk, rows)] = chunk.seqs_of(rows)
            self._learnt[chunk] = chunk.rows

    def among(self, chunk: Chunk) -> NDArray[np.bool_]:
        """Which rows of a chunk are the latest of their kind. A row without a type is of no kind."""
        rows = np.arange(chunk.rows)
        latest = self._latest[self._places(chunk, rows)] == chunk.seqs_of(rows)
        found: NDArray[np.bool_] = latest & (chunk.type[: chunk.rows] != ABSENT)
        return found

    def _places(self, chunk: Chunk, rows: Ints) -> Ints:
        published = chunk.phase[rows] == Phase.PUBLISHED
        places: Ints = (self._types.of(chunk, rows) * MOST_SOURCES + self._sources.of(chunk, rows)) * 2 + published
        return places
