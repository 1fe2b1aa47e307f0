"""Folded: rows that repeat each other are one row, the first of them, with their number; each can be opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.listing.grouped import Grouped
from app.listing.growing import Growing
from app.listing.listing import Listing
from app.listing.telling import Told
from app.store.store import Store

__all__ = ["Folded"]

ALIKE_BY: Final = ("type", "key", "source", "phase")
"""Rows side by side that are equal in all of these repeat each other."""


class Folded(Grouped):
    """One row for each run of rows that are alike; all of them for a run that is open."""

    newest_last = True

    def __init__(self, base: Listing, store: Store) -> None:
        super().__init__(base, store, ALIKE_BY)
        self._firsts = Growing()
        self._counts = Growing()
        self._last: tuple[int, ...] = ()
        """What the rows of the newest run have in common."""
        self._open: set[int] = set()
        """The first rows of the runs that are open."""

    def __len__(self) -> int:
        return len(self._firsts) + sum(extra for _, extra in self._opened())

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The events of rows `start` to `stop`, as far as there are any."""
        found, row, run = [], 0, 0
        for opened, extra in [*self._opened(), (len(self._firsts), 0)]:
            closed = self._firsts.numbers[run:opened]
            found.append(closed[max(start - row, 0) : max(stop - row, 0)])
            row += len(closed)
            if opened < len(self._firsts):
                first = self._base.index_of(int(self._firsts.numbers[opened]))
                low, high = max(start - row, 0), min(stop - row, extra + 1)
                found.append(self._base.seqs(first + low, first + max(high, low)))
                row, run = row + extra + 1, opened + 1
        return np.concatenate(found)

    def index_of(self, seq: int) -> int:
        """The row in whose run an event is, or of an open run its own row."""
        if seq > self._newest():
            return len(self)
        run = max(int(np.searchsorted(self._firsts.numbers, seq, "right")) - 1, 0)
        row = run + sum(extra for opened, extra in self._opened() if opened < run)
        if not len(self._firsts) or int(self._firsts.numbers[run]) not in self._open:
            return row
        inside = self._base.index_of(seq) - self._base.index_of(int(self._firsts.numbers[run]))
        return row + max(inside, 0)

    def count_of(self, seq: int) -> int:
        """How many rows repeat each other from this event on; 1 for one that is not the first of them."""
        run = int(np.searchsorted(self._firsts.numbers, seq))
        there = run < len(self._firsts) and self._firsts.numbers[run] == seq
        return int(self._counts.numbers[run]) if there else 1

    def is_open(self, seq: int) -> bool:
        """Whether all rows of the run that begins with this event are shown."""
        return seq in self._open

    def toggle(self, seq: int, opened: bool) -> bool:
        """Show all rows of the run that an event is in, or the first alone; whether that changed anything."""
        run = int(np.searchsorted(self._firsts.numbers, seq, "right")) - 1
        if run < 0 or self._counts.numbers[run] < 2:
            return False
        first = int(self._firsts.numbers[run])
        if (first in self._open) is opened:
            return False
        self._open ^= {first}
        self._reset = True
        return True

    def _clear(self) -> None:
        self._firsts.clear()
        self._counts.clear()
        self._last = ()

    def _group(self, told: Told) -> bool:
        if not len(told.seqs):
            return False
        table = np.column_stack(told.cells)
        begins = np.flatnonzero(np.append(True, (table[1:] != table[:-1]).any(axis=1)))
        lengths = np.diff(begins, append=len(table)).astype(np.int64)
        goes_on = len(self._firsts) > 0 and tuple(table[0].tolist()) == self._last
        if goes_on:
            self._counts.numbers[-1] += lengths[0]
        new = slice(1 if goes_on else 0, None)
        self._firsts.add(told.seqs[begins[new]])
        self._counts.add(lengths[new])
        self._last = tuple(table[-1].tolist())
        return goes_on

    def _forget(self, count: int) -> int:
        ends = np.cumsum(self._counts.numbers)
        whole = int(np.searchsorted(ends, count, "right"))
        rest = count - (int(ends[whole - 1]) if whole else 0)
        opened = bool(self._open)
        self._firsts.drop(whole)
        self._counts.drop(whole)
        if rest:
            self._shorten(rest)
        self._reset |= opened or rest > 0
        return whole

    def _shorten(self, count: int) -> None:
        """Take the first rows out of the oldest run; an open one stays open."""
        before, first = int(self._firsts.numbers[0]), self._base.seq_at(0)
        self._counts.numbers[0] -= count
        self._firsts.numbers[0] = first
        if before in self._open:
            self._open = (self._open - {before}) | {first}

    def _newest(self) -> int:
        return self._base.seq_at(len(self._base) - 1) if len(self._base) else 0

    def _opened(self) -> Iterator[tuple[int, int]]:
        """The runs that are open, each with how many rows it shows beside the first."""
        for first in sorted(self._open):
            run = int(np.searchsorted(self._firsts.numbers, first))
            if run < len(self._firsts) and self._firsts.numbers[run] == first:
                yield run, int(self._counts.numbers[run]) - 1
