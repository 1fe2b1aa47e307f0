"""Intake: the bounded hand-over from sources to the session.

A flood fills it faster than the session empties it. Past its bound rows are dropped by a staircase, the least urgent
first, and each is counted by source and priority: nothing disappears silently and memory stays bounded.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from typing import NamedTuple

from eventscope.connector import UNKNOWN_PRIORITY, Block
from eventscope.event import EventPriority

ROW_BYTES = 400
"""What a waiting row costs besides its payload, roughly."""

SLICE_ROWS = 1_000
"""The most rows handed over at once: about two milliseconds of work for the session."""


class Batch(NamedTuple):
    """Rows of one source that arrived together, at `observed_at` (ns since the epoch)."""

    source: str
    block: Block
    observed_at: int


class Intake:
    """Rows that arrived and are not stored yet, at most `max_rows` and `max_bytes` of them, about.

    Between once and twice the bound, LOW rows are refused first, then NORMAL, HIGH and CRITICAL ones.
    """

    def __init__(self, max_rows: int = 100_000, max_bytes: int = 64 * 2**20) -> None:
        self.max_rows = max_rows
        self.max_bytes = max_bytes
        self.rows = 0
        self.bytes = 0
        self.dropped: Counter[tuple[str, int]] = Counter()
        self._waiting: deque[Batch] = deque()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def fullness(self) -> float:
        """1.0 at the bound."""
        return max(self.rows / self.max_rows, self.bytes / self.max_bytes)

    @property
    def dropped_total(self) -> int:
        """Rows dropped so far, from all sources."""
        return self.dropped.total()

    def put(self, source: str, block: Block) -> None:
        """Take over a block, or the part of it that the bound leaves room for."""
        if self.fullness >= 1.0:
            trimmed = self._trim(source, block)
            if trimmed is None:
                return
            block = trimmed
        now = time.time_ns()
        for start in range(0, block.rows, SLICE_ROWS):
            self._append(Batch(source, cut(block, start, start + SLICE_ROWS), now))

    def take(self) -> Batch | None:
        """The oldest waiting batch, or None."""
        if not self._waiting:
            return None
        batch = self._waiting.popleft()
        self.rows -= batch.block.rows
        self.bytes -= size_of(batch.block)
        if self.fullness < 0.5:
            self._room.set()
        return batch

    async def room(self) -> None:
        """Wait until it is less than half full. For sources that can wait."""
        await self._room.wait()

    def _append(self, batch: Batch) -> None:
        self._waiting.append(batch)
        self.rows += batch.block.rows
        self.bytes += size_of(batch.block)
        if self.fullness >= 0.75:
            self._room.clear()

    def _trim(self, source: str, block: Block) -> Block | None:
        floor = min(int((self.fullness - 1.0) * 4) + 1, len(EventPriority))
        keep = [i for i, p in enumerate(block.priority) if urgency(p) >= floor]
        self.dropped.update((source, p) for p in block.priority if urgency(p) < floor)
        return Block._make([column[i] for i in keep] for column in block) if keep else None


def urgency(priority: int) -> int:
    """A priority for dropping: rows that state none count as NORMAL."""
    return EventPriority.NORMAL if priority == UNKNOWN_PRIORITY else priority


def cut(block: Block, start: int, stop: int) -> Block:
    """Rows `start` to `stop` of a block."""
    if start == 0 and stop >= block.rows:
        return block
    return Block._make(column[start:stop] for column in block)


def size_of(block: Block) -> int:
    """About how many bytes of memory a waiting block holds."""
    return block.rows * ROW_BYTES + sum(len(p) for p in block.payload if p is not None)
