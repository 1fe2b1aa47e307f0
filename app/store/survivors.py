"""Survivors: rows that outlive the chunks they came in, copied into a chunk of their own."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Arena, Run
from app.store.chunk import COLUMNS, Chunk, Rows
from app.store.coded import Coded

SEQ_BYTES: Final = 8
"""Memory for the number of a row."""


class Survivors(Chunk):
    """Rows whose numbers ascend with gaps between them. It is filled once, then never changes."""

    def __init__(self, seqs: Rows, arena_bytes: int) -> None:
        super().__init__(int(seqs[0]), len(seqs), arena_bytes)
        self._seqs = seqs

    @property
    def next_seq(self) -> int:
        """The number after that of its last row."""
        return int(self._seqs[-1]) + 1

    @property
    def bytes(self) -> int:
        """Memory taken by the rows, the dictionaries estimated."""
        return super().bytes + self.rows * SEQ_BYTES

    def seqs_of(self, rows: Rows) -> Rows:
        """The numbers of rows."""
        return self._seqs[rows]

    def holds(self, seqs: Rows) -> NDArray[np.bool_]:
        """Which of these numbers are those of rows of this chunk."""
        places = np.minimum(np.searchsorted(self._seqs, seqs), len(self._seqs) - 1)
        held: NDArray[np.bool_] = self._seqs[places] == seqs
        return held

    def rows_of(self, seqs: Rows) -> Rows:
        """The rows with these numbers, in their order; those that are not in this chunk are left out."""
        rows: Rows = np.searchsorted(self._seqs, seqs[self.holds(seqs)])
        return rows

    def place_of(self, seq: int) -> int:
        """The first row with this number or a later one; `rows` when there is none."""
        return int(np.searchsorted(self._seqs, seq))

    def take(self, chunk: Chunk, rows: Rows) -> None:
        """Copy the next of its rows from where they lie in another chunk."""
        start, end = self.rows, self.rows + len(rows)
        for name in COLUMNS:
            values = getattr(chunk, name)[rows]
            if name in self._growing and values.any():
                texts = Coded(chunk.dictionaries[name].values, values)
                values = self._growing[name].encode(texts.part(values))
            getattr(self, name)[start:end] = values
        for mine, theirs in zip(self._open, (chunk.payloads, chunk.texts), strict=True):
            mine.extend(start, picked(theirs, rows), 0, len(rows))
        self.rows = end


def picked(arena: Arena, rows: Rows) -> Run:
    """The strings of some rows of an arena, which ascend."""
    first, last = int(rows[0]), int(rows[-1])
    run = arena.run(first, last + 1)
    starts, stops = run.bounds[rows - first], run.bounds[rows - first + 1]
    data = b"".join([run.data[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)])
    return Run(data, np.concatenate(([0], np.cumsum(stops - starts))))
