"""Store: all rows that are kept, in chunks, within a budget of bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from app.marks import Marks
from app.store.chunk import MOST_ARENA_BYTES, MOST_ROWS, ROW_BYTES, Chunk
from app.store.correlated import correlated_in, publishings
from app.store.eviction import Eviction, nothing_open
from app.store.freezer import Freezer
from app.store.latest import Latest
from app.store.leaf_chunks import LeafChunks
from app.store.ledger import Account
from app.store.packing import Packed, pack
from app.store.parcel import InFile, Parcel
from app.store.recent import cache
from app.store.replays import put_notes
from app.store.shelf import Shelf
from app.store.stored import Evicted, Rows, StoredEvent, cells_of
from eventscope.connector import Block
from eventscope.step import Phase

if TYPE_CHECKING:
    from app.store.spill import Spill

__all__ = ["Evicted", "Store", "correlated_in"]

MIB: Final = 1024 * 1024

CACHED: Final = 1 / 8
"""The part of the budget for what is made of rows to be read: columns of payload fields, inflated blocks, and what was
read of rows that are in a file."""

CHUNKS_IN_BUDGET: Final = 8
"""A chunk is at most this part of the memory for rows, so that eviction takes a small bite."""

ROWS_AT_A_TIME: Final = 4_096
"""Rows appended before the size of the chunk, which only the dictionaries know, is looked at again."""


class Store:
    """Rows numbered from 1. When `bytes` exceeds the budget the oldest chunk goes; what is worth it outlives the chunk.

    At all times kept + evicted + cleared is the number of rows ever appended. `generation` changes
    whenever rows go or come back. `open_traces` may be set to who knows the correlations of traces that are open and
    began before a row, so that their rows are spared.
    """

    def __init__(self, budget: int = 512 * MIB) -> None:
        self.budget = budget
        self.next_seq = 1
        self.marks = Marks()
        self._shelf = Shelf()
        self._freezer = Freezer()
        self._latest = Latest()
        self._open, self._counted = False, 0
        self.files: list[Spill] = []
        """All files from which rows are read, or may be."""
        self.open_traces: Callable[[int], Sequence[str]] = nothing_open
        self.complaint = ""
        """Why the rows that went last with a file that they were in can not be read any more, in one sentence."""
        self._cache = cache(int(budget * CACHED))
        budget -= self._cache.limit
        self._chunk_limit = budget // CHUNKS_IN_BUDGET
        self._arena_limit = min(MOST_ARENA_BYTES, self._chunk_limit)
        slack = min(self._chunk_limit, MOST_ARENA_BYTES + MOST_ROWS * ROW_BYTES)
        self._eviction = Eviction(self._shelf, budget, slack, lambda: self.marks.spared, self._latest)
        self._eviction.open_traces = lambda until: self.open_traces(until)
        self._leaf_chunks = LeafChunks(budget // 2, self.files)
        self._eviction.homes = self._leaf_chunks.spills

    @property
    def chunks(self) -> list[Chunk]:
        """All chunks, in the order of their rows; the list never changes, there is another one after each change."""
        return self._shelf.chunks

    @property
    def oldest_seq(self) -> int:
        """The oldest row that is kept; `next_seq` when there is none."""
        return self.chunks[0].first_seq if self.chunks else self.next_seq

    @property
    def whole_from(self) -> int:
        """From this row on all are kept; of those before only some, if any."""
        return self._eviction.whole_from(self.next_seq)

    @property
    def kept(self) -> int:
        """How many rows there are."""
        return self._shelf.kept

    @property
    def spilled(self) -> int:
        """How many of the rows that are kept are in a file, and no more in memory."""
        return self._shelf.spilled

    @property
    def evicted(self) -> int:
        """How many rows have gone to make room."""
        return self._shelf.evicted

    @property
    def cleared(self) -> int:
        """How many rows were cleared."""
        return self._shelf.cleared

    @property
    def generation(self) -> int:
        """Another number after rows went or came back."""
        return self._shelf.generation

    @property
    def bytes(self) -> int:
        """Memory taken by the rows and by what was made of them to be read; dictionaries estimated.

        Rows that were cleared and may come back are included.
        """
        return self._shelf.bytes + self._cache.bytes

    @property
    def spill(self) -> Spill | None:
        """The file that has rows as well, and from which they are read when the memory has no room for them.

        It may be exchanged or taken away: rows that were spilled stay readable.
        """
        return self._eviction.spill

    @spill.setter
    def spill(self, spill: Spill | None) -> None:
        self._eviction.spill = spill
        if spill is not None:
            self.files.append(spill)

    def account(self) -> list[Account]:
        """What became of the rows of each source and category, those with most memory first."""
        return self._shelf.ledger.accounts(self.chunks, self.bytes)

    def append(self, source: str, batch: Block | Parcel, observed_at: int) -> int:
        """Add the rows that `source` handed over at `observed_at` (ns); the first one's number.

        Values that no column can hold are made to fit; raises ValueError only for columns of unequal length.
        """
        first, packed = self.next_seq, batch.packed if isinstance(batch, Parcel) else pack(batch)
        if not (isinstance(batch, Parcel) and batch.in_file and self._take_over(batch.in_file, source, observed_at)):
            self._fill(packed, source, observed_at)
        if packed.replays is not None:
            put_notes(self.marks, first, packed.replays, packed.numbers["occurred"])
        if self.next_seq - self._counted >= ROWS_AT_A_TIME:
            self._count(self.chunks[-1])
        self.tick()
        self._eviction.advance(packed.rows)
        self._eviction.press()
        return first

    def tick(self) -> None:
        """Have chunks that do not grow any more take less memory, and let go of rows that a file lost."""
        cold = self._freezer.tick(self.chunks)
        if cold is not None:
            self._shelf.weigh(cold)
        for spill in self.files:
            if complaint := spill.take_complaint():
                self._let_go(spill, complaint)

    def close(self) -> None:
        """Leave no thread behind. The rows can be read on, and rows can be added."""
        self._eviction.cancel()
        self._freezer.close()
        for file in self.files:
            file.rest()

    def keeps(self, seq: int) -> bool:
        """Whether a row is there."""
        return self._shelf.holder(seq) is not None

    def kept_of(self, seqs: Sequence[int] | Rows) -> NDArray[np.bool_]:
        """Which of these rows, in ascending order, are there."""
        return self._shelf.kept_of(np.asarray(seqs, np.int64))

    def chunk_of(self, seq: int) -> Chunk:
        """The chunk that holds a row; raises Evicted."""
        chunk = self._shelf.holder(seq)
        if chunk is None:
            raise Evicted(seq)
        return chunk

    def event(self, seq: int) -> StoredEvent:
        """One row; raises Evicted."""
        return StoredEvent(*self.cells([seq], StoredEvent.__struct_fields__)[0])

    def cells(self, seqs: Sequence[int] | Rows, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The named fields of StoredEvent of some rows, a tuple for each; raises Evicted.

        Fast for rows that lie together, like those of a window of the table.
        """
        return cells_of(self.chunk_of, np.asarray(seqs, np.int64), names)

    def correlated(self, correlation_id: str) -> Rows:
        """The numbers of all rows of one correlation, ascending."""
        found = [correlated_in(chunk, correlation_id) for chunk in self.chunks]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def published(self, seq: int) -> int | None:
        """The row in which the event of row `seq` was published: the latest one up to there, else the next.

        A row of an event's life has no payload of its own. Raises Evicted.
        """
        event = self.event(seq)
        candidates = [seq] if event.phase == Phase.PUBLISHED else publishings(self.chunks, event)
        wanted = (event.id, event.source)
        return next((row for row in candidates if self.cells([row], ("id", "source"))[0] == wanted), None)

    def clear(self) -> None:
        """Set all rows aside; their numbers are not given out again. What was set aside before goes for good."""
        self._close()
        self._eviction.cancel()
        self._shelf.clear()

    def undo_clear(self) -> int:
        """Bring back what is set aside, before the rows that came since; how many rows are back."""
        self._close()
        self._eviction.cancel()
        return self._shelf.bring_back()

    def settle_clear(self) -> None:
        """Let go of what is set aside."""
        self._shelf.forget_aside()

    def _let_go(self, spill: Spill, why: str) -> None:
        """Evict what was in a file and can not be read any more."""
        before = self.evicted
        self._shelf.drop(spill.lost)
        self.complaint = f"{self.evicted - before:,} older rows are gone from here: {why}."

    def _take_over(self, rows: InFile, source: str, observed_at: int) -> bool:
        """Add rows to a chunk that has nothing but those of their leaf; whether that can be."""
        chunk = self._leaf_chunks.chunk_for(rows.home, self._new_chunk)
        if chunk is None:
            return False
        chunk.append(rows.packed, 0, rows.packed.rows, source, observed_at)
        self.next_seq = chunk.next_seq
        if self._leaf_chunks.is_whole(chunk):
            self._close()
        return True

    def _fill(self, packed: Packed, source: str, observed_at: int) -> None:
        """Add rows where there is room for them."""
        self._leaf_chunks.mix()
        weights, start = packed.weights, 0
        while start < packed.rows:
            chunk = self._tail()
            stop = start + self._fitting(chunk, weights, start)
            if stop == start:
                self._begin_chunk()
                continue
            chunk.append(packed, start, stop, source, observed_at)
            self.next_seq = chunk.next_seq
            start = stop

    def _tail(self) -> Chunk:
        return self.chunks[-1] if self._open else self._begin_chunk()

    def _close(self) -> None:
        """Nothing is appended any more to the newest chunk."""
        if self._open:
            tail = self.chunks[-1]
            tail.seal()
            self._count(tail)
            self._open = False

    def _count(self, tail: Chunk) -> None:
        """Enter the new rows of the newest chunk into the books, now and then: a whole chunk takes milliseconds."""
        self._shelf.ledger.share(tail)
        self._latest.learn(tail)
        self._counted = self.next_seq

    def _begin_chunk(self) -> Chunk:
        return self._new_chunk(min(MOST_ROWS, max(self._chunk_limit // ROW_BYTES, 1)), self._arena_limit)

    def _new_chunk(self, capacity: int, arena: int) -> Chunk:
        self._close()
        chunk = Chunk(self.next_seq, capacity, arena)
        chunk.marks, chunk.cache = self.marks, self._cache
        self._shelf.add(chunk)
        self._open = True
        return chunk

    def _fitting(self, chunk: Chunk, weights: Rows, start: int) -> int:
        """How many rows from `start` the chunk has room for. An empty one takes a row of any size."""
        if chunk.bytes >= self._chunk_limit and chunk.rows:
            return 0
        free = self._arena_limit - chunk.arena_bytes
        by_bytes = int(np.searchsorted(weights, weights[start] + free, side="right")) - 1 - start
        rows = min(by_bytes, chunk.capacity - chunk.rows, ROWS_AT_A_TIME)
        return max(rows, 0 if chunk.rows else 1)
