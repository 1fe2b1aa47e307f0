"""Bound: how much may wait, and what is refused when more comes.

Past the bound rows are dropped by a staircase: LOW ones but for a sample, then all of them, also those that wait, and
then the next priority. Each is counted by source and priority, so nothing disappears silently, and what a source lost
becomes a row in its stream.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain

import numpy as np

from app.sources.shortfall import Shortfall
from app.sources.staircase import CROWDED, Sample, priorities_of, stair_at, urgencies
from app.sources.thinned import Mask, thinned
from app.store.parcel import Parcel
from eventscope.connector import Block
from eventscope.event import EventPriority

ROW_BYTES = 400
"""What a waiting row costs besides its payload, roughly."""


class Bound:
    """Counts what waits, at most `max_rows` and `max_bytes`, about.

    Between once and twice the bound LOW rows are sampled, then refused, then NORMAL, HIGH and CRITICAL ones as well.
    """

    def __init__(self, max_rows: int, max_bytes: int) -> None:
        self.max_rows = max_rows
        self.max_bytes = max_bytes
        self.rows = 0
        self.bytes = 0
        self.dropped: Counter[tuple[str, int]] = Counter()
        self.short: dict[str, Shortfall] = {}
        """What sources lost and was not told in their streams yet."""
        self.gaps = 0
        """Rows that were made to tell it so far; they are kept and counted like those that came."""
        self._samples: defaultdict[str, Sample] = defaultdict(Sample)
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

    async def room(self) -> None:
        """Wait until it is less than half full. For sources that can wait."""
        await self._room.wait()

    def admit(self, source: str, batch: Block | Parcel) -> Block | Parcel | None:
        """The part of a batch that there is room for; the rest is counted as dropped."""
        return batch if self.fullness < 1.0 else self._trim(source, batch)

    def enter(self, batch: Block | Parcel) -> None:
        """Count what waits from now on."""
        self.rows += batch.rows
        self.bytes += size_of(batch)
        if self.fullness >= 0.75:
            self._room.clear()

    def leave(self, batch: Block | Parcel) -> None:
        """Count what waits no longer."""
        self.rows -= batch.rows
        self.bytes -= size_of(batch)
        if self.fullness < 0.5:
            self._room.set()

    def gap(self, source: str) -> Block | None:
        """The row that tells what a source lost and was not told yet, None if nothing."""
        short = self.short.pop(source, None)
        if short is None:
            return None
        self.gaps += 1
        return short.block(source)

    def make_room(self) -> None:
        """Called before urgent rows are refused: `relieve` what waits, as long as it is CROWDED."""

    def relieve(self, source: str, batch: Block | Parcel, since: int) -> Block | Parcel | None:
        """What is left of a batch that has waited `since` then (ns since the epoch) once its LOW rows are given up."""
        if not (priorities_of(batch) == EventPriority.LOW).any():
            return batch
        self.leave(batch)
        left = self._kept(source, batch, urgencies(batch) > EventPriority.LOW, since=since)
        if left is not None:
            self.enter(left)
        return left

    def _trim(self, source: str, batch: Block | Parcel) -> Block | Parcel | None:
        if self.fullness >= CROWDED:
            self.make_room()
        if self.fullness < 1.0:
            return batch
        stair, urgent = stair_at(self.fullness), urgencies(batch)
        keep = urgent >= stair.floor
        if stair.rate > 1:
            sampled = np.flatnonzero(urgent == stair.floor)
            keep[sampled] = self._samples[source].choose(len(sampled), stair.rate)
        return self._kept(source, batch, keep, stair.rate)

    def _kept(
        self, source: str, batch: Block | Parcel, keep: Mask, rate: int = 1, since: int | None = None
    ) -> Block | Parcel | None:
        """The rows for which `keep` is true; the others are dropped, counted, and told of later."""
        if keep.all():
            return batch
        lost = Counter(priorities_of(batch)[~keep].tolist())
        self.dropped.update({(source, priority): count for priority, count in lost.items()})
        self.short.setdefault(source, Shortfall()).add(lost, rate, since)
        return thinned(batch, keep) if keep.any() else None


def size_of(batch: Block | Parcel) -> int:
    """About how many bytes of memory a waiting batch holds."""
    payloads = batch.bytes if isinstance(batch, Parcel) else sum(map(len, filter(None, batch.payload)))
    return batch.rows * ROW_BYTES + payloads


def cut(block: Block, start: int, stop: int) -> Block:
    """Rows `start` to `stop` of a block."""
    if start == 0 and stop >= block.rows:
        return block
    return Block._make(column[start:stop] for column in block)


def joined(blocks: Sequence[Block]) -> Block:
    """The rows of several blocks in one."""
    if len(blocks) == 1:
        return blocks[0]
    if any(block.replay for block in blocks):
        blocks = [block.whole() for block in blocks]
    return Block._make(list(chain.from_iterable(columns)) for columns in zip(*blocks, strict=True))
