"""Outbox: the sink of a connector that runs in a process of its own. What it is given leaves in parcels.

Rows wait here when the monitor takes them slower than they come: up to a bound, from which on a connector that can
wait has to, and the rows of one that cannot are dropped by urgency, and counted.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NoReturn

from app.sources.bound import Bound, cut, joined, size_of
from app.sources.messages import Message, Standing, call, encode, rows_of
from app.sources.staircase import CROWDED
from eventscope.connector import Block, Chart, Declaration, Record, SourceState

SHIP_S: Final = 0.016
SOON_S: Final = 0.006
"""The least time between two departures, and while few rows come."""

FEW: Final = 300
"""Rows that may leave soon: many small parcels would cost the monitor more than one."""

TELL_S: Final = 0.5
"""How often it is told what was dropped, and where the connector is."""

PARCEL_ROWS: Final = 2_000
PARCEL_BYTES: Final = 4 * 2**20

UNDERWAY: Final = 3
"""Parcels that the monitor has not taken yet, at most."""

DROPPED: Final = "they came faster than the monitor takes them; the least urgent were sampled, then dropped first"


class Outbox(Bound):
    """Sends messages by `send`, rows no faster than `arrived` is called. `position` is asked with each departure."""

    def __init__(self, send: Callable[[Message], None], position: Callable[[], Any]) -> None:
        super().__init__(max_rows=50_000, max_bytes=32 * 2**20)
        self._send = send
        self._ask_position = position
        self._blocks: deque[Block] = deque()
        self._relieved: list[Block] = []
        """The oldest that wait, where they were relieved of their LOW rows."""
        self._ready: deque[tuple[Block, bytes]] = deque()
        self._pushed = asyncio.Event()
        self._underway = asyncio.Semaphore(UNDERWAY)
        self._collected_at = time.time_ns()
        self._told_dropped = 0
        self._told_position = b""

    def push(self, batch: Block | Sequence[Record]) -> None:
        """Take over rows."""
        block = batch if isinstance(batch, Block) else Block.of(batch) if batch else None
        admitted = self.admit("", block) if block is not None and block.rows else None
        if isinstance(admitted, Block):
            self._blocks.append(admitted)
            self.enter(admitted)
            self._pushed.set()

    def lost(self, count: int, reason: str) -> None:
        """Told at once, like all that follow."""
        self._send(call("lost", count, reason))

    def declare(self, declaration: Declaration) -> None:
        """See Sink."""
        self._send(call("declare", declaration))

    def chart(self, chart: Chart) -> None:
        """See Sink."""
        self._send(call("chart", chart))

    def state(self, state: SourceState, detail: str = "") -> None:
        """See Sink. Told after the position: from here on a monitor that loses this process knows where it was."""
        self._tell_position()
        self._send(call("state", state, detail))

    def make_room(self) -> None:
        """Give up LOW rows that wait, the oldest first, as long as it is crowded."""
        while self._blocks and self.fullness >= CROWDED:
            left = self.relieve("", self._blocks.popleft(), self._collected_at)
            if isinstance(left, Block):
                self._relieved.append(left)

    def arrived(self) -> None:
        """The monitor has taken a parcel."""
        self._underway.release()

    async def ship(self) -> NoReturn:
        """Send rows, as long as the connector runs."""
        while True:
            await self._pushed.wait()
            few = self.rows <= FEW
            self._collect()
            while self._ready:
                await self._underway.acquire()
                self._depart()
            await asyncio.sleep(SOON_S if few else SHIP_S)

    async def tell(self) -> NoReturn:
        """Send what else there is to say, now and then."""
        while True:
            await asyncio.sleep(TELL_S)
            self._tell_dropped()
            self._tell_position()

    def empty(self) -> None:
        """Send all that is left, whether there is room for it or not."""
        self._tell_dropped()
        self._collect()
        while self._ready:
            self._depart()

    def position(self) -> bytes:
        """Where the connector is."""
        return encode(self._ask_position())

    def _collect(self) -> None:
        """Make ready what was pushed so far. Only the last piece knows the position: it covers all of them."""
        self._pushed.clear()
        self._collected_at = time.time_ns()
        self._ready += [(piece, b"") for piece in regrouped([*self._relieved, *self._blocks])]
        self._relieved.clear()
        self._blocks.clear()
        if self._ready:
            self._ready[-1] = self._ready[-1][0], self.position()

    def _depart(self) -> None:
        piece, position = self._ready.popleft()
        self.leave(piece)
        self._send(rows_of(piece, position))

    def _tell_position(self) -> None:
        """Say where the connector is, unless rows that come before it wait still."""
        position = self.position()
        if not self.rows and position != self._told_position:
            self._told_position = position
            self._send(Standing(position))

    def _tell_dropped(self) -> None:
        if dropped := self.dropped_total - self._told_dropped:
            self._told_dropped += dropped
            self._send(call("lost", dropped, DROPPED))
        if (gap := self.gap("")) is not None:
            self._blocks.append(gap)
            self.enter(gap)
            self._pushed.set()


def regrouped(blocks: Sequence[Block]) -> Iterator[Block]:
    """The same rows in few blocks of bounded size."""
    group: list[Block] = []
    rows = size = 0
    for block in chain.from_iterable(map(_bounded, blocks)):
        if group and (rows + block.rows > PARCEL_ROWS or size + size_of(block) > PARCEL_BYTES):
            yield joined(group)
            group, rows, size = [], 0, 0
        group.append(block)
        rows, size = rows + block.rows, size + size_of(block)
    if group:
        yield joined(group)


def _bounded(block: Block) -> Iterator[Block]:
    """A block in pieces small enough; only a single row may be larger."""
    if block.rows > 1 and (block.rows > PARCEL_ROWS or size_of(block) > PARCEL_BYTES):
        half = block.rows // 2
        yield from _bounded(cut(block, 0, half))
        yield from _bounded(cut(block, half, block.rows))
    elif block.rows:
        yield block
