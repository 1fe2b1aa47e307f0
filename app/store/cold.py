"""Cold arenas: byte strings that will not change any more, compressed in small blocks.

Zstandard at level 1 takes little more than half the memory of LZ4: 72 bytes against 135 for the payload and the texts
of a row that had 239 bytes of life-like JSON. A search takes half as long again for it (3.1 times that of plain bytes,
LZ4 2.2), and so a thread is left to do it, newest rows first. Larger blocks compress hardly better, and showing a
single row means to inflate its block, which takes some thirty microseconds.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from app.store.arena import END, Arena, Run
from app.store.recent import NUMBERS, Recent
from app.store.reserve import Reserve

LEVEL: Final = 1

BLOCK_BYTES: Final = 32 * 1024
"""A block has the rows that end within so many bytes, and so all of a larger row."""

BLOCK_COST: Final = 80
"""Bytes that a block takes beside its contents."""

READ_AT_ONCE: Final = 8
"""Blocks that a scan inflates before it looks at them."""

SHOWN_BYTES: Final = 8 * 1024 * 1024
"""Blocks kept inflated for whoever shows rows, those of all chunks together."""


class ColdArena(Arena):
    """The first `rows` rows of another arena. `pause` is called now and then while it is made, and may raise."""

    def __init__(self, arena: Arena, rows: int, pause: Callable[[], None] = lambda: None) -> None:
        self.at = arena.at[: rows + 1].copy()
        self.used = int(self.at[rows])
        self._number = next(NUMBERS)
        self._firsts = first_rows(self.at)
        blocks: list[bytes] = []
        compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False).compress
        for start, stop in pairwise([*self._firsts, rows]):
            pause()
            blocks.append(compress(arena.run(start, stop).data))
        self._begins = list(accumulate(map(len, blocks), initial=0))
        self._packed = Reserve(self._begins[-1]).bytes
        self._packed[: self._begins[-1]] = np.frombuffer(b"".join(blocks), np.uint8)

    @property
    def memory(self) -> int:
        """Bytes that the strings take, in the form in which they are kept."""
        return len(self._packed) + BLOCK_COST * len(self._firsts)

    def __getitem__(self, row: int) -> bytes:
        place = bisect_right(self._firsts, row) - 1
        begin = self.at[self._firsts[place]]
        return self._at_hand(place)[self.at[row] - begin : self.at[row + 1] - begin - len(END)]

    def runs(self, start: int, stop: int) -> Iterator[tuple[int, Run]]:
        """The rows, some blocks at a time, inflated when they are asked for."""
        ends = [*self._firsts[1:], len(self.at) - 1]
        place = bisect_right(self._firsts, start) - 1
        while start < stop:
            after = min(place + READ_AT_ONCE, bisect_right(self._firsts, stop - 1))
            data = memoryview(b"".join(map(self._inflated, range(place, after))))
            end = min(ends[after - 1], stop)
            bounds, skipped = self._bounds(start, end), int(self.at[start]) - int(self.at[self._firsts[place]])
            yield start, Run(data[skipped : skipped + int(bounds[-1])], bounds)
            start, place = end, after

    def _at_hand(self, place: int) -> bytes:
        """A block that somebody shows, and will soon ask for again."""
        return SHOWN.get((self._number, place), lambda: self._inflated(place))

    def _inflated(self, place: int) -> bytes:
        first, last = self._begins[place : place + 2]
        return THREAD.decompress(self._packed[first:last].data)


class Inflater(threading.local):
    """What inflates blocks; each thread has its own."""

    def __init__(self) -> None:
        self.decompress = zstandard.ZstdDecompressor().decompress


THREAD: Final = Inflater()
SHOWN: Final[Recent[tuple[int, int], bytes]] = Recent(SHOWN_BYTES, len)


def first_rows(at: NDArray[np.uint32]) -> list[int]:
    """The first row of each block."""
    blocks = (at[1:].astype(np.int64) - 1) // BLOCK_BYTES
    return np.flatnonzero(np.diff(blocks, prepend=-1)).tolist()
