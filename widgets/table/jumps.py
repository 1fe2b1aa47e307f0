"""Jumps: from one row of the table to the next one of some kind."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.filter.matches import Matches
from app.store.store import Store
from eventscope.step import Phase

__all__ = ["Jumps"]

ERRORS: Final = np.array([Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED], np.uint8)
AT_A_TIME: Final = 65_536


class Jumps:
    """Finds rows among the matches; `step` is 1 for downwards and -1 for upwards."""

    def __init__(self, store: Store, matches: Matches) -> None:
        self._store = store
        self._matches = matches

    def row_of(self, seq: int | None) -> int | None:
        """The row of an event, None when the filter hides it or it is gone."""
        if seq is None:
            return None
        row = self._matches.index_of(seq)
        return row if row < len(self._matches) and self._matches.seq_at(row) == seq else None

    def next_row(self, row: int, step: int) -> int | None:
        """The neighbouring row; from nowhere (-1) downwards it is the first."""
        return row + step if 0 <= row + step < len(self._matches) else None

    def next_error(self, row: int, step: int) -> int | None:
        """The next row that tells of a failure."""
        start = row + step
        while 0 <= start < len(self._matches):
            low, high = (start, start + AT_A_TIME) if step > 0 else (max(start + 1 - AT_A_TIME, 0), start + 1)
            found = np.flatnonzero(np.isin(self._phases(self._matches.seqs(low, high)), ERRORS))
            if len(found):
                return low + int(found[0] if step > 0 else found[-1])
            start = high if step > 0 else low - 1
        return None

    def next_of_correlation(self, row: int, correlation_id: str | None, step: int) -> int | None:
        """The next row of the same correlation."""
        if correlation_id is None or not 0 <= row < len(self._matches):
            return None
        seqs, here = self._store.correlated(correlation_id), self._matches.seq_at(row)
        later = seqs[seqs > here] if step > 0 else seqs[seqs < here][::-1]
        return next((found for seq in later.tolist() if (found := self.row_of(seq)) is not None), None)

    def _phases(self, seqs: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The phases of rows; those that were evicted a moment ago count as published."""
        phases = np.zeros(len(seqs), np.uint8)
        for chunk in self._store.chunks:
            low, high = np.searchsorted(seqs, (chunk.first_seq, chunk.next_seq))
            phases[low:high] = chunk.phase[seqs[low:high] - chunk.first_seq]
        return phases
