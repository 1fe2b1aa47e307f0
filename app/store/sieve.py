"""The sieve: copies what stays of some chunks into one, in steps of less than a millisecond."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk, Rows
from app.store.freezer import LEAST_BYTES, Job
from app.store.ledger import MOST_GROUPS, Groups
from app.store.shelf import Shelf
from app.store.survivors import Survivors
from app.store.worth import Worth

SLICE: Final = 512
"""Rows copied in one step, and looked through at most four times as many."""
LOOK: Final = 512
"""What a look at a whole chunk costs, in rows copied."""
WAIT: Final = 0
"""Another thread is at work: there is nothing to be done now."""

Holding = NDArray[np.int64]
"""Bytes by worth and group."""

Work = Generator[int, None, Any]
"""What is done step by step; each step tells what it cost."""


class Verdict(NamedTuple):
    """What is to become of the rows of a chunk."""

    chunk: Chunk
    keep: NDArray[np.bool_]
    worth: NDArray[np.uint8]
    groups: Groups

    @property
    def rows(self) -> Rows:
        """Those that stay."""
        return np.flatnonzero(self.keep)

    @property
    def holding(self) -> Holding:
        """The bytes of those that stay."""
        sizes = self.chunk.weights(0, self.chunk.rows)
        places = self.worth.astype(np.int64) * MOST_GROUPS + self.groups
        count = np.bincount(places[self.keep], sizes[self.keep], len(Worth) * MOST_GROUPS)
        return count.astype(np.int64).reshape(len(Worth), MOST_GROUPS)


def sieved(parts: Sequence[Verdict], shelf: Shelf) -> Generator[int, None, Survivors | None]:
    """The chunk of what stays of neighbouring chunks, compressed; None when nothing does."""
    seqs = np.concatenate([part.chunk.seqs_of(part.rows) for part in parts])
    if not len(seqs):
        return None
    sizes = sum(int(part.chunk.weights(0, part.chunk.rows)[part.keep].sum()) for part in parts)
    new = shelf.coming = Survivors(seqs, sizes)
    new.marks, new.cache = parts[0].chunk.marks, parts[0].chunk.cache
    yield LOOK
    for part in parts:
        for rows in slices(part.rows):
            new.take(part.chunk, rows)
            yield SLICE
    new.seal()
    if sizes >= LEAST_BYTES:
        yield from frozen(new)
    return new


def frozen(chunk: Chunk) -> Work:
    """Compress a chunk in another thread."""
    job = Job(chunk)
    job.start()
    try:
        while job.is_alive():
            yield WAIT
    finally:
        job.stop()
    if job.made is not None:
        chunk.become(*job.made)


def slices(rows: Rows) -> Iterator[Rows]:
    """Ascending rows in groups of some that lie not too far from each other."""
    while len(rows):
        size = min(int(np.searchsorted(rows, rows[0] + 4 * SLICE)), SLICE)
        yield rows[:size]
        rows = rows[size:]
