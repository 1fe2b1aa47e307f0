"""Scribe: writes the rows of a store to a file in their order.

Rows of a chunk that still grows go to leaves of the journal, small ones that are merged into larger ones now and then.
When the chunk has got its last row, a settled leaf takes the place of all of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final, NamedTuple

import numpy as np

from app.capture.file import CaptureFile, Change
from app.capture.leaves import encoded
from app.capture.unwritten import Unwritten
from app.store.chunk import Chunk
from app.store.store import Store
from connectors.capture.layout import LeafHead

__all__ = ["Scribe"]

Leaves = list[tuple[LeafHead, Mapping[int, bytes]]]
"""Leaves with their pieces."""

JOURNAL_ROWS: Final = 5_000
"""Of a commit."""

MERGED: Final = 32
"""So many entries of the journal that were merged equally often become one."""


class Entry(NamedTuple):
    """Rows `start` to `stop` of the chunk, in leaves of the journal; `position` rows were recorded before them."""

    leaves: tuple[int, ...]
    start: int
    stop: int
    position: int
    times: int


class Scribe:
    """For one thread; others may read its numbers.

    `recorded` rows are on the disk, and all before `until` that were there. `missed` ones were gone when their turn
    came, could not be read, or were too large. `settled` has the leaves that hold all rows of a chunk, by its serial.
    """

    def __init__(self, store: Store, file: CaptureFile) -> None:
        self.recorded = 0
        self.until = store.oldest_seq
        self.missed = 0
        self.settled: dict[int, LeafHead] = {}
        self._since = store.next_seq
        self._file = file
        self._unwritten = Unwritten(store)
        self._numbers = count(1)
        self._chunk: Chunk | None = None
        self._row = 0
        self._journal: list[Entry] = []

    def write(self) -> None:
        """Write all rows that have come. Raises sqlite3.Error."""
        self._unwritten.look()
        while chunk := self._unwritten.first:
            if not chunk.sealed:
                self._note_down(chunk)
                return
            self._settle(chunk)
            self._unwritten.done()
            self._chunk = None

    def finish(self) -> None:
        """Write all rows that have come, settle them, and say that no more come. Raises sqlite3.Error."""
        self.write()
        if chunk := self._unwritten.first:
            self._settle(chunk)
        self._file.commit(Change(documents={"extent": {"rows": self.recorded, "ended_at_ns": time.time_ns()}}))

    def _note_down(self, chunk: Chunk) -> None:
        """Write the new rows of a chunk that grows."""
        self._take(chunk)
        rows = chunk.rows
        while self._row < rows:
            self._enter(chunk, min(self._row + JOURNAL_ROWS, rows))
            self._merge(chunk)

    def _settle(self, chunk: Chunk) -> None:
        """Write all rows of a chunk anew, in the place of what the journal has of them."""
        self._take(chunk)
        entries, self._journal = self._journal, []
        start, position = (entries[0].start, entries[0].position) if entries else (self._row, self.recorded)
        rows = chunk.rows
        if start < rows:
            leaves = self._leaves(chunk, start, rows, position, settled=True)
            self._commit(chunk, rows, leaves, entries)
            if chunk.sealed and leaves and leaves[0][0].rows == rows:
                self.settled[chunk.serial] = leaves[0][0]

    def _take(self, chunk: Chunk) -> None:
        """Go on with this chunk; rows that were recorded in another one come first."""
        if chunk is not self._chunk:
            self._chunk, self._row = chunk, chunk.place_of(self.until)

    def _enter(self, chunk: Chunk, stop: int) -> None:
        """Write rows up to `stop` to the journal."""
        start, position = self._row, self.recorded
        leaves = self._leaves(chunk, start, stop, position, settled=False)
        self._commit(chunk, stop, leaves, ())
        self._journal.append(entry_of(leaves, start, stop, position, 0))

    def _merge(self, chunk: Chunk) -> None:
        """Make one entry of the last ones while there are too many."""
        while len(last := self._journal[-MERGED:]) == MERGED and last[0].times == last[-1].times:
            start, stop, position = last[0].start, last[-1].stop, last[0].position
            leaves = self._leaves(chunk, start, stop, position, settled=False)
            self._commit(chunk, stop, leaves, last)
            self._journal[-MERGED:] = [entry_of(leaves, start, stop, position, last[0].times + 1)]

    def _leaves(self, chunk: Chunk, start: int, stop: int, position: int, *, settled: bool) -> Leaves:
        """Rows as leaves of the file; none of rows that were read from another file, and could not be."""
        leaves: Leaves = []
        for leaf, pieces in encoded(chunk, start, stop, settled=settled):
            leaves.append((leaf.head(next(self._numbers), position, settled=settled), pieces))
            position += leaf.rows
        return [] if chunk.payloads.is_lost else leaves

    def _commit(self, chunk: Chunk, stop: int, leaves: Leaves, old: Sequence[Entry]) -> None:
        """Write leaves in the place of entries; then all rows up to `stop` are recorded."""
        recorded = leaves[-1][0].end if leaves else self.recorded
        gone = [leaf for entry in old for leaf in entry.leaves]
        self._file.commit(Change(leaves, gone, {"extent": {"rows": recorded}}))
        if self._row < stop:
            self.missed += self._missing(chunk, stop) + stop - self._row - (recorded - self.recorded)
            self.until = int(chunk.seqs_of(np.array([stop - 1]))[0]) + 1
            self._row, self.recorded = stop, recorded

    def _missing(self, chunk: Chunk, stop: int) -> int:
        """How many rows that came since the beginning are missing before and between those up to `stop`."""
        seqs = chunk.seqs_of(np.arange(self._row, stop))
        floor = max(self.until, self._since)
        return max(int(seqs[-1]) + 1 - floor, 0) - int((seqs >= floor).sum())


def entry_of(leaves: Leaves, start: int, stop: int, position: int, times: int) -> Entry:
    """What the journal remembers of leaves."""
    return Entry(tuple(head.leaf for head, _ in leaves), start, stop, position, times)
