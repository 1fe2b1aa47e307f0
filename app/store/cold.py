"""Cold arenas: byte strings that will not change any more, compressed in small blocks.

Zstandard at level 1 takes little more than half the memory of LZ4: 72 bytes against 135 for the payload and the texts
of a row that had 239 bytes of life-like JSON. A search takes half as long again for it (3.1 times that of plain bytes,
LZ4 2.2), and so a thread is left to do it, newest rows first. Larger blocks compress hardly better, and showing a
single row means to inflate its block, which takes some thirty microseconds.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import zstandard
from numpy.typing import NDArray

from app.store.arena import END, Arena, Run, bounds_of
from app.store.courtesy import WINDOW
from app.store.recent import NOTHING_KEPT, NUMBERS, Cache
from app.store.reserve import Reserve

LEVEL: Final = 1

BLOCK_BYTES: Final = 32 * 1024
"""A block has the rows that end within so many bytes, and so all of a larger row."""

BLOCK_COST: Final = 80
"""Bytes that a block takes beside its contents."""

READ_AT_ONCE: Final = 8
"""Blocks that a scan inflates before it looks at them."""


class Layout(Protocol):
    """Where byte strings lie: that of row `r` has bytes `at[r]` to `at[r + 1]`; block `b` begins at row `firsts[b]`."""

    @property
    def at(self) -> NDArray[np.uint32]:
        """The bounds of the rows."""

    @property
    def firsts(self) -> Sequence[int]:
        """The first row of each block."""


LayoutT = TypeVar("LayoutT", bound=Layout)


class Plan(NamedTuple):
    """A layout."""

    at: NDArray[np.uint32]
    firsts: Sequence[int]


class BlockArena(Arena, Generic[LayoutT]):
    """Byte strings in compressed blocks; where these are kept is left to the kinds of it."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._number = next(NUMBERS)

    @property
    @abstractmethod
    def plan(self) -> LayoutT:
        """Where the byte strings lie."""

    @abstractmethod
    def _blocks(self, plan: LayoutT, first: int, after: int) -> Iterable[bytes]:
        """Blocks `first` to `after` of those that lie so, inflated."""

    @property
    def at(self) -> NDArray[np.uint32]:
        """Where each row begins, END included, and the last one ends."""
        return self.plan.at

    def __getitem__(self, row: int) -> bytes:
        plan = self.plan
        place = bisect_right(plan.firsts, row) - 1
        begin = plan.at[plan.firsts[place]]
        return self._at_hand(plan, place)[plan.at[row] - begin : plan.at[row + 1] - begin - len(END)]

    def runs(self, start: int, stop: int) -> Iterator[tuple[int, Run]]:
        """The rows, some blocks at a time, inflated when they are asked for."""
        plan = self.plan
        place = bisect_right(plan.firsts, start) - 1
        while start < stop:
            WINDOW.give_way()
            after = min(self._together(plan, place), bisect_right(plan.firsts, stop - 1))
            data = memoryview(b"".join(self._blocks(plan, place, after)))
            end = min(row_after(plan, after - 1), stop)
            bounds, skipped = bounds_of(plan.at, start, end), int(plan.at[start]) - int(plan.at[plan.firsts[place]])
            yield start, Run(data[skipped : skipped + int(bounds[-1])], bounds)
            start, place = end, after

    def _together(self, plan: LayoutT, block: int) -> int:
        """The block behind those that a scan inflates together with this one."""
        return block + READ_AT_ONCE

    def _at_hand(self, plan: LayoutT, place: int) -> bytes:
        """A block that somebody shows, and will soon ask for again."""
        found: bytes = self._cache.get((self._number, place), lambda: b"".join(self._blocks(plan, place, place + 1)))
        return found


class ColdArena(BlockArena[Plan]):
    """The first `rows` rows of another arena. `pause` is called now and then while it is made, and may raise.

    Blocks that somebody shows are kept inflated in `cache`.
    """

    def __init__(
        self, arena: Arena, rows: int, pause: Callable[[], None] = lambda: None, cache: Cache = NOTHING_KEPT
    ) -> None:
        super().__init__(cache)
        at = arena.at[: rows + 1].copy()
        self._plan = Plan(at, first_rows(at))
        self.used = int(at[rows])
        blocks: list[bytes] = []
        compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False).compress
        for start, stop in pairwise([*self._plan.firsts, rows]):
            pause()
            blocks.append(compress(arena.run(start, stop).data))
        self._begins = list(accumulate(map(len, blocks), initial=0))
        self._bytes = Reserve(self._begins[-1]).bytes
        self._bytes[: self._begins[-1]] = np.frombuffer(b"".join(blocks), np.uint8)

    @property
    def plan(self) -> Plan:
        """Where the byte strings lie."""
        return self._plan

    @property
    def memory(self) -> int:
        """Bytes that the strings take, in the form in which they are kept."""
        return len(self._bytes) + BLOCK_COST * len(self._plan.firsts)

    def _blocks(self, plan: Plan, first: int, after: int) -> Iterator[bytes]:
        for begin, end in pairwise(self._begins[first : after + 1]):
            yield THREAD.decompress(self._bytes[begin:end].data)


class Inflater(threading.local):
    """What inflates blocks; each thread has its own."""

    def __init__(self) -> None:
        self.decompress = zstandard.ZstdDecompressor().decompress


THREAD: Final = Inflater()


def first_rows(at: NDArray[np.uint32]) -> list[int]:
    """The first row of each block."""
    blocks = (at[1:].astype(np.int64) - 1) // BLOCK_BYTES
    return np.flatnonzero(np.diff(blocks, prepend=-1)).tolist()


def row_after(plan: Layout, block: int) -> int:
    """The first row behind a block."""
    return plan.firsts[block + 1] if block + 1 < len(plan.firsts) else len(plan.at) - 1
