"""Intake: the bounded hand-over from sources to the session, which a flood fills faster than it is emptied."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, cast

from app.sources.bound import Bound, cut, joined
from app.sources.shortfall import LONGEST_NS, Shortfall
from app.sources.staircase import CROWDED, FULL
from app.store.parcel import Parcel
from eventscope.connector import Block

SLICE_ROWS = 1_000
"""The most rows of a block handed over at once: about two milliseconds of work for the session."""

AT_ONCE_NS = 20_000_000
"""Rows that came within this time may be said to have come together."""


class Batch(NamedTuple):
    """Rows of one source that arrived together, at `observed_at` (ns since the epoch)."""

    source: str
    block: Block | Parcel
    observed_at: int


class Intake(Bound):
    """Rows that arrived and are not stored yet."""

    def __init__(self, max_rows: int = 100_000, max_bytes: int = 64 * 2**20) -> None:
        super().__init__(max_rows, max_bytes)
        self._waiting: deque[Batch] = deque()
        self._relieved: deque[Batch] = deque()
        """Those that came before all others, where they were relieved of their LOW rows."""

    def put(self, source: str, batch: Block | Parcel) -> None:
        """Take over a batch, or the part of it that the bound leaves room for."""
        admitted = self.admit(source, batch)
        now = time.time_ns()
        if (short := self.short.get(source)) and self._is_due(short, now):
            self._tell_gap(source, now)
        for part in slices(admitted) if admitted is not None else ():
            self._wait(Batch(source, part, now))

    def take(self) -> Batch | None:
        """The oldest waiting batch, or None. Small blocks come together: for the store each costs like many rows."""
        queue = self._relieved or self._waiting
        if not queue:
            for source in list(self.short):
                self._tell_gap(source, time.time_ns())
        if not queue:
            return None
        first = last = queue.popleft()
        blocks, rows = [first.block], first.block.rows
        while queue and belong_together(first, queue[0], rows):
            last = queue.popleft()
            blocks.append(last.block)
            rows += last.block.rows
        for block in blocks:
            self.leave(block)
        return first if first is last else Batch(first.source, joined(cast("list[Block]", blocks)), last.observed_at)

    def make_room(self) -> None:
        """Give up LOW rows that wait, the oldest first, as long as it is crowded."""
        while self._waiting and self.fullness >= CROWDED:
            batch = self._waiting.popleft()
            left = self.relieve(batch.source, batch.block, batch.observed_at)
            if left is not None:
                self._relieved.append(batch._replace(block=left))

    def _is_due(self, short: Shortfall, now: int) -> bool:
        """Whether to tell what a source lost: once there is room again, else each second, as long as any row has room.

        Not with each row that goes on: of a stream that is sampled that would be a row for each that lacks.
        """
        return self.fullness < 1.0 or (self.fullness < FULL and now - short.begun_at > LONGEST_NS)

    def _tell_gap(self, source: str, now: int) -> None:
        """What a source lost is told where its rows go on, or where they end."""
        if (gap := self.gap(source)) is not None:
            self._wait(Batch(source, gap, now))

    def _wait(self, batch: Batch) -> None:
        self._waiting.append(batch)
        self.enter(batch.block)


def belong_together(first: Batch, next_one: Batch, rows: int) -> bool:
    """Whether a batch may be stored with one that came before: both small, of one source, and as good as at once."""
    return (
        first.source == next_one.source
        and next_one.observed_at - first.observed_at <= AT_ONCE_NS
        and rows + next_one.block.rows <= SLICE_ROWS
        and not isinstance(first.block, Parcel)
        and not isinstance(next_one.block, Parcel)
    )


def slices(batch: Block | Parcel) -> Sequence[Block | Parcel]:
    """A batch in parts of bounded work; a parcel is one already."""
    if isinstance(batch, Parcel):
        return (batch,)
    return [cut(batch, start, start + SLICE_ROWS) for start in range(0, batch.rows, SLICE_ROWS)]
