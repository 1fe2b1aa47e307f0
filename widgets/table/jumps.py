"""Jumps: from one row of the table to the next one of some kind, however far away it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.landmarks import Landmark, meant
from app.listing.layers import Layers
from app.listing.listing import Listing, lists
from app.marks import Mark, among
from app.store.away import Away, at_hand
from app.store.store import Store

__all__ = ["Jumps", "Mask", "Search", "Test"]

AT_A_TIME: Final = 65_536
"""Rows looked at in one step: about a millisecond."""

Mask = NDArray[np.bool_]
Test = Callable[[], Mask]
Search = Generator[Test | None, Mask | None, int | None]
"""Gives a row in the end, or None when there is none. On its way it yields None after each step, so that others have
their turn, and a test that has to read a file: whoever searches has that done by a thread, and sends what came out.
"""


class Jumps:
    """Finds rows of the listing; `step` is 1 for downwards and -1 for upwards. Ignored rows are passed over."""

    def __init__(self, store: Store, layers: Layers) -> None:
        self._store = store
        self._layers = layers

    def row_of(self, seq: int | None) -> int | None:
        """The row of an event, None when the filter hides it or it is gone."""
        if seq is None:
            return None
        return self._listing.index_of(seq) if lists(self._listing, seq) else None

    def search(self, row: int, step: int, landmark: Landmark) -> Search:
        """Look for the next row after `row` that is meant.

        Rows may come and go between the steps; the search goes on from the event that it saw last.
        """
        start = row + step
        while 0 <= start < len(self._listing):
            low, high = (start, start + AT_A_TIME) if step > 0 else (max(start + 1 - AT_A_TIME, 0), start + 1)
            seqs = self._listing.seqs(low, high)
            found = yield from tested(partial(self._tested, seqs, landmark))
            for seq in seqs[found][::step]:
                if (there := self.row_of(int(seq))) is not None:
                    return there
            yield None
            start = self._beside(int(seqs[-1] if step > 0 else seqs[0]), step)
        return None

    def _tested(self, seqs: NDArray[np.int64], landmark: Landmark) -> Mask:
        ignored = self._store.marks.rows(Mark.IGNORED)
        return meant(self._store, seqs, landmark) & ~among(seqs, ignored)

    def _beside(self, seq: int, step: int) -> int:
        """The row next to an event, or next to where it was."""
        row = self._listing.index_of(seq)
        return row + step if lists(self._listing, seq) else row - (step < 0)

    @property
    def _listing(self) -> Listing:
        return self._layers.top


def tested(test: Test) -> Generator[Test, Mask | None, Mask]:
    """What a test says: at once if that is at hand, else what is sent."""
    try:
        return at_hand(test)
    except Away:
        found = yield test
        assert found is not None
        return found
