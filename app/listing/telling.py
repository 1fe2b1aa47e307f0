"""Telling: what rows are grouped by, read once for each of them; of many rows, and from files, in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.columns.fields import field_of
from app.columns.sort_keys import Cells
from app.columns.words import Words
from app.listing.order import read_cells
from app.store.chunk import Chunk
from app.store.store import Store

__all__ = ["MOST", "Telling", "Told"]

FEW: Final = 1_024
"""So many rows are read at once, more by a thread."""
MOST: Final = 16_384
"""Rows for one go of the thread: to group what they tell takes less than a few milliseconds."""


class Told(NamedTuple):
    """Rows, and for each of them one cell of each field."""

    seqs: NDArray[np.int64]
    cells: tuple[Cells, ...]


class Telling:
    """Reads the cells of `fields` for rows of a store."""

    def __init__(self, store: Store, fields: Sequence[str]) -> None:
        self._store = store
        self._fields = [field_of(name) for name in fields]
        self._words = Words()
        self._pool: ThreadPoolExecutor | None = None
        self._job: Future[Told] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether rows are being read."""
        return self._job is not None

    def ask(self, seqs: NDArray[np.int64]) -> Told | None:
        """What rows tell, if they are few and in memory; else `take` tells later. Not to be called while it is busy."""
        if len(seqs) <= FEW and all(chunk.at_hand for chunk in self._chunks(seqs)):
            return self._read(seqs)
        self._pool = self._pool or ThreadPoolExecutor(1, "eventscope-group")
        self._job = self._pool.submit(self._read, seqs)
        return None

    def take(self) -> Told | None:
        """What the thread has read, once; raises what went wrong there."""
        if self._job is None or not self._job.done():
            return None
        job, self._job = self._job, None
        return job.result()

    def close(self) -> None:
        """End the thread; what it is reading is lost."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _chunks(self, seqs: NDArray[np.int64]) -> list[Chunk]:
        """Those that may have some of these rows, which ascend."""
        first, last = (int(seqs[0]), int(seqs[-1])) if len(seqs) else (0, -1)
        return [chunk for chunk in self._store.chunks if chunk.first_seq <= last and chunk.next_seq > first]

    def _read(self, seqs: NDArray[np.int64]) -> Told:
        chunks = self._chunks(seqs)
        return Told(seqs, tuple(read_cells(chunks, field, seqs, self._words) for field in self._fields))
