"""Reserve: memory that is asked for in one piece and taken only where it is written.

A chunk reserves room for all the rows that it could hold. Nothing has to grow or move, what is not written
costs nothing, and all of it goes back to the system when the chunk is evicted.
"""

from __future__ import annotations

import mmap
import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

HUGE_PAGE: Final = 2 * 1024 * 1024
HUGE_FROM: Final = 4 * HUGE_PAGE
"""From this size on, huge pages are asked for: memory is then taken in far fewer steps.

A step takes up to 4 ms where a virtual machine gets its memory late; so what is begun all at once, as the columns of a
chunk are, is left with small pages.
"""


class Reserve:
    """`size` zero bytes, at least one; `bytes` is the array of them."""

    def __init__(self, size: int) -> None:
        size = max(size, 1)
        if sys.platform == "win32":
            self._map = mmap.mmap(-1, size)
        else:
            self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if size >= HUGE_FROM and hasattr(mmap, "MADV_HUGEPAGE"):
            self._map.madvise(mmap.MADV_HUGEPAGE)
        self.bytes: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)

    def give_back(self, used: int) -> None:
        """Give back what huge pages took beyond the first `used` bytes; nothing there may have been written."""
        start = -(-used // mmap.PAGESIZE) * mmap.PAGESIZE
        if start < len(self.bytes) and hasattr(mmap, "MADV_HUGEPAGE"):
            self._map.madvise(mmap.MADV_DONTNEED, start)


def columns(memory: NDArray[np.uint8], kinds: dict[str, Any], rows: int) -> dict[str, NDArray[Any]]:
    """The memory divided into a column of `rows` elements for each name, of the type that stands there."""
    divided: dict[str, NDArray[Any]] = {}
    at = 0
    for name, kind in sorted(kinds.items(), key=lambda item: -np.dtype(item[1]).itemsize):
        end = at + rows * np.dtype(kind).itemsize
        divided[name] = memory[at:end].view(kind)
        at = end
    return divided
