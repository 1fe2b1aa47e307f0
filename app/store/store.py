"""Store: all rows that are kept, in chunks, within a budget of bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from app.store.chunk import MOST_ARENA_BYTES, MOST_ROWS, ROW_BYTES, Chunk
from app.store.packing import pack
from app.store.parcel import Parcel
from app.store.stored import Evicted, Rows, StoredEvent, read
from eventscope.connector import Block
from eventscope.step import Phase

__all__ = ["Evicted", "Store"]

MIB: Final = 1024 * 1024

CHUNKS_IN_BUDGET: Final = 8
"""A chunk is at most this part of the budget, so that eviction takes a small bite."""

ROWS_AT_A_TIME: Final = 4_096
"""Rows appended before the size of the chunk, which only the dictionaries know, is looked at again."""


class Store:
    """Rows numbered from 1. The oldest chunk goes when `bytes` exceeds the budget.

    At all times kept + evicted + cleared is the number of rows ever appended. `generation` changes
    whenever rows go.
    """

    def __init__(self, budget: int = 512 * MIB) -> None:
        self.budget = budget
        self.chunks: list[Chunk] = []
        self.next_seq = 1
        self.evicted = 0
        self.cleared = 0
        self.generation = 0
        self._chunk_limit = budget // CHUNKS_IN_BUDGET
        self._arena_limit = min(MOST_ARENA_BYTES, self._chunk_limit)
        self._sealed_bytes = 0

    @property
    def oldest_seq(self) -> int:
        """The oldest row that is kept; `next_seq` when there is none."""
        return self.chunks[0].first_seq if self.chunks else self.next_seq

    @property
    def kept(self) -> int:
        """How many rows there are."""
        return self.next_seq - self.oldest_seq

    @property
    def bytes(self) -> int:
        """Memory taken by the rows, the dictionaries estimated."""
        return self._sealed_bytes + (self.chunks[-1].bytes if self.chunks else 0)

    def append(self, source: str, batch: Block | Parcel, observed_at: int) -> int:
        """Add the rows that `source` handed over at `observed_at` (ns); the first one's number.

        Values that no column can hold are made to fit; raises ValueError only for columns of unequal length.
        """
        packed = batch.packed if isinstance(batch, Parcel) else pack(batch)
        first, weights, start = self.next_seq, packed.weights, 0
        while start < packed.rows:
            chunk = self._tail()
            stop = start + self._fitting(chunk, weights, start)
            if stop == start:
                self._begin_chunk()
                continue
            chunk.append(packed, start, stop, source, observed_at)
            self.next_seq = chunk.next_seq
            start = stop
        self._evict()
        return first

    def chunk_of(self, seq: int) -> Chunk:
        """The chunk that holds a row; raises Evicted."""
        if not self.oldest_seq <= seq < self.next_seq:
            raise Evicted(seq)
        return self.chunks[bisect_right(self.chunks, seq, key=lambda chunk: chunk.first_seq) - 1]

    def event(self, seq: int) -> StoredEvent:
        """One row; raises Evicted."""
        return StoredEvent(*self.cells([seq], StoredEvent.__struct_fields__)[0])

    def cells(self, seqs: Sequence[int] | Rows, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The named fields of StoredEvent of some rows, a tuple for each; raises Evicted.

        Fast for rows that lie together, like those of a window of the table.
        """
        wanted = np.asarray(seqs, np.int64)
        cells: list[tuple[Any, ...]] = []
        while len(cells) < len(wanted):
            rest = wanted[len(cells) :]
            chunk = self.chunk_of(int(rest[0]))
            outside = np.flatnonzero((rest < chunk.first_seq) | (rest >= chunk.next_seq))
            together = rest[: outside[0]] if len(outside) else rest
            cells += read(chunk, together - chunk.first_seq, names)
        return cells

    def correlated(self, correlation_id: str) -> Rows:
        """The numbers of all rows of one correlation, ascending."""
        found = [correlated_in(chunk, correlation_id) for chunk in self.chunks]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def published(self, seq: int) -> int | None:
        """The row in which the event of row `seq` was published: the latest one up to there, else the next.

        A row of an event's life has no payload of its own. Raises Evicted.
        """
        event = self.event(seq)
        if event.phase == Phase.PUBLISHED:
            return seq
        if event.id is None or event.correlation_id is None:
            return None
        rows = np.concatenate([published_in(chunk, event) for chunk in self.chunks])
        wanted, until = (event.id, event.source), int(np.searchsorted(rows, seq))
        for row in chain(reversed(rows[:until].tolist()), rows[until:].tolist()):
            if self.cells([row], ("id", "source"))[0] == wanted:
                return int(row)
        return None

    def clear(self) -> None:
        """Forget all rows; their numbers are not given out again."""
        self.cleared += self.kept
        self.chunks = []
        self._sealed_bytes = 0
        self.generation += 1

    def _tail(self) -> Chunk:
        return self.chunks[-1] if self.chunks else self._begin_chunk()

    def _begin_chunk(self) -> Chunk:
        if self.chunks:
            self.chunks[-1].seal()
            self._sealed_bytes += self.chunks[-1].bytes
        capacity = min(MOST_ROWS, max(self._chunk_limit // ROW_BYTES, 1))
        self.chunks.append(Chunk(self.next_seq, capacity, self._arena_limit))
        return self.chunks[-1]

    def _fitting(self, chunk: Chunk, weights: Rows, start: int) -> int:
        """How many rows from `start` the chunk has room for. An empty one takes a row of any size."""
        if chunk.bytes >= self._chunk_limit and chunk.rows:
            return 0
        free = self._arena_limit - chunk.arena_bytes
        by_bytes = int(np.searchsorted(weights, weights[start] + free, side="right")) - 1 - start
        rows = min(by_bytes, chunk.capacity - chunk.rows, ROWS_AT_A_TIME)
        return max(rows, 0 if chunk.rows else 1)

    def _evict(self) -> None:
        while self.bytes > self.budget and len(self.chunks) > 1:
            oldest = self.chunks.pop(0)
            self._sealed_bytes -= oldest.bytes
            self.evicted += oldest.rows
            self.generation += 1


def correlated_in(chunk: Chunk, correlation_id: str) -> Rows:
    """The numbers of the rows of one correlation in one chunk."""
    code = chunk.dictionaries["correlation"].code(correlation_id)
    if code is None:
        return np.empty(0, np.int64)
    return np.flatnonzero(chunk.correlation[: chunk.rows] == code) + chunk.first_seq


def published_in(chunk: Chunk, event: StoredEvent) -> Rows:
    """The numbers of the rows of one chunk that were published in the correlation of an event."""
    rows = correlated_in(chunk, event.correlation_id or "")
    published: Rows = rows[chunk.phase[rows - chunk.first_seq] == Phase.PUBLISHED]
    return published
