"""Latest: one row for each type or key, the latest of it, changed in its place; the order is that of appearance."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.columns.sort_keys import MISSING
from app.listing.grouped import Grouped
from app.listing.growing import Growing
from app.listing.listing import Listing
from app.listing.telling import Told
from app.store.store import Store

__all__ = ["Latest"]

MOST_ROWS: Final = 20_000
"""When there are more, those that changed longest ago go."""


class Latest(Grouped):
    """Events that do not have the field are not shown."""

    def __init__(self, base: Listing, store: Store, field: str, most: int = MOST_ROWS) -> None:
        super().__init__(base, store, (field,))
        self._most = most
        self._seqs = Growing()
        self._counts = Growing()
        self._rows: dict[int, int] = {}
        """The row of each value."""
        self._were: dict[int, int] = {}
        """The rows of events that were shown when asked for last, and are not the latest any more."""

    def __len__(self) -> int:
        return len(self._seqs)

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The events of rows `start` to `stop`, as far as there are any."""
        return self._seqs.numbers[max(start, 0) : max(stop, 0)].copy()

    def index_of(self, seq: int) -> int:
        """The row that shows an event, or did until a later one came; else where a new one would be."""
        found = np.flatnonzero(self._seqs.numbers == seq)
        return int(found[0]) if len(found) else self._were.get(seq, len(self))

    def count_of(self, seq: int) -> int:
        """How many rows there were, in all that was grouped, of the type or key whose latest this is."""
        found = np.flatnonzero(self._seqs.numbers == seq)
        return int(self._counts.numbers[found[0]]) if len(found) else 1

    def _clear(self) -> None:
        self._seqs.clear()
        self._counts.clear()
        self._rows.clear()
        self._were.clear()

    def _group(self, told: Told) -> bool:
        (cells,) = told.cells
        present = cells != MISSING
        cells, seqs = cells[present], told.seqs[present]
        values, firsts, counts = np.unique(cells, return_index=True, return_counts=True)
        lasts = len(cells) - 1 - np.unique(cells[::-1], return_index=True)[1]
        order = np.argsort(firsts)
        touched = bool(len(self) and len(values))
        self._show(values[order].tolist(), seqs[lasts[order]], counts[order])
        self._bound()
        return touched

    def _show(self, values: list[int], seqs: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Show the latest events of values, in their rows or in new ones."""
        rows = np.fromiter((self._rows.get(value, -1) for value in values), np.int64, len(values))
        new, known = rows < 0, rows[rows >= 0]
        self._were.update(zip(self._seqs.numbers[known].tolist(), known.tolist(), strict=True))
        self._seqs.numbers[known] = seqs[~new]
        self._counts.numbers[known] += counts[~new]
        fresh = (values[place] for place in np.flatnonzero(new).tolist())
        self._rows.update(zip(fresh, range(len(self), len(self) + len(values)), strict=False))
        self._seqs.add(seqs[new])
        self._counts.add(counts[new])

    def _forget(self, count: int) -> int:
        oldest = self._base.seq_at(0) if len(self._base) else np.iinfo(np.int64).max
        self._keep(self._seqs.numbers >= oldest)
        return 0

    def _bound(self) -> None:
        if len(self._were) > self._most:
            self._were.clear()
        if len(self) > self._most:
            self._keep(self._seqs.numbers > np.partition(self._seqs.numbers, -self._most // 2)[-self._most // 2])

    def _keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with some of the rows."""
        if which.all():
            return
        places = np.cumsum(which) - 1
        self._rows = {value: int(places[row]) for value, row in self._rows.items() if which[row]}
        self._were.clear()
        self._seqs.keep(which)
        self._counts.keep(which)
        self._reset = True
