"""Leaf chunks: chunks with all rows of one leaf of a capture that is shown again, and nothing else.

Their rows lie in a file that is at hand. So they need not be evicted when the memory has no room for them: they are
read from that file, as rows are that were recorded here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from app.store.chunk import ROW_BYTES, Chunk
from app.store.spill import Spill
from connectors.capture.layout import LeafHead
from connectors.capture.reader import CaptureReader
from connectors.file.leaf_rows import Home

__all__ = ["LeafChunks"]

LEAST_BYTES: Final = 256 * 1024
"""Smaller leaves have no chunk of their own: a file of very many of them would make as many chunks."""


class LeafChunks:
    """Leaves of at most so many bytes may have a chunk of their own. Their files are in `spills`, and
    among all `files`.
    """

    def __init__(self, most_bytes: int, files: list[Spill]) -> None:
        self.spills: list[Spill] = []
        self._files = files
        self._most_bytes = most_bytes
        self._leaves: dict[CaptureReader, WeakKeyDictionary[Chunk, LeafHead]] = {}
        self._growing: tuple[Chunk, Home] | None = None

    def chunk_for(self, home: Home, begin: Callable[[int, int], Chunk]) -> Chunk | None:
        """The chunk that rows go to which have this home, if they begin a leaf or go on with it; else None.

        `begin` makes one with room for so many rows, and so many bytes of payloads or texts.
        """
        if home.start == 0 and LEAST_BYTES <= size_of(home) <= self._most_bytes:
            self._growing = begin(home.head.rows, home.bytes), home
        if self._growing is None:
            return None
        chunk, begun = self._growing
        goes_on = not chunk.sealed and home == begun._replace(start=chunk.rows)
        if not goes_on:
            self.mix()
        return chunk if goes_on else None

    def is_whole(self, chunk: Chunk) -> bool:
        """Whether the chunk that grows has all rows of its leaf now; then they can be read from there."""
        if self._growing is None or chunk.rows < self._growing[1].head.rows:
            return False
        _, home = self._growing
        if home.reader not in self._leaves:
            self._leaves[home.reader] = WeakKeyDictionary()
            spill = Spill(self._leaves[home.reader].get, home.reader)
            self.spills.append(spill)
            self._files.append(spill)
        self._leaves[home.reader][chunk] = home.head._replace(first_seq=chunk.first_seq, last_seq=chunk.next_seq - 1)
        self._growing = None
        return True

    def mix(self) -> None:
        """Other rows come between: the chunk that grows is one like any other."""
        self._growing = None


def size_of(home: Home) -> int:
    """Memory that all rows of a leaf take at first."""
    return home.head.rows * ROW_BYTES + home.bytes
