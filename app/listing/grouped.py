"""Grouped: a listing that shows one row for several of another, which must be in the order of arrival.

What groups are is left to the kinds of it: repeats folded to one row, and the latest row of each type or key.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.filter.query import Filter
from app.listing.listing import Change, Listing
from app.listing.telling import MOST, Telling, Told
from app.store.store import Store

__all__ = ["Grouped"]

ANEW_EACH_S: Final = 0.25
"""How often all groups are made anew while a search finds rows in the midst of others."""


class Grouped(ABC):
    """Follows `base`: what it takes from there is never more than a thread has read of it."""

    newest_last = False

    def __init__(self, base: Listing, store: Store, fields: Sequence[str]) -> None:
        self._base = base
        self._telling = Telling(store, fields)
        self._covered = 0
        """Rows of the base that are in groups."""
        self._asked = 0
        """Rows of the base that are being read now."""
        self._stale = False
        """Whether the base was renumbered since the groups were begun."""
        self._lost = False
        """Whether what is being read belongs to groups that were given up."""
        self._begun = 0.0
        self._reset = False

    @property
    def is_busy(self) -> bool:
        """Whether rows of the base are still to be grouped."""
        return self._stale or self._telling.is_busy or self._covered < len(self._base)

    @property
    def filter(self) -> Filter:
        """What is asked for."""
        return self._base.filter

    def set_filter(self, wanted: Filter) -> None:
        """Ask for something else; shown once that is grouped."""
        self._base.set_filter(wanted)
        self._begun = 0.0

    @property
    def horizon(self) -> int | None:
        """Rows from this number on are left out."""
        return self._base.horizon

    @horizon.setter
    def horizon(self, seq: int | None) -> None:
        self._base.horizon = seq
        self._begun = 0.0

    def update(self, budget_s: float = 0.004) -> Change:
        """Follow the base; raises what went wrong in the thread."""
        before = len(self)
        change = self._base.update(budget_s)
        self._stale |= change.reset or change.front > 0
        removed = 0
        if change.removed and not self._stale:
            removed = self._remove(change.removed)
        if self._stale and time.monotonic() - self._begun >= ANEW_EACH_S:
            self._begin()
        touched = self._read()
        reset, self._reset = self._reset, False
        if reset:
            return Change(reset=True)
        return Change(removed, len(self) - before + removed, touched=touched)

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The events of rows `start` to `stop`, as far as there are any."""

    @abstractmethod
    def index_of(self, seq: int) -> int:
        """The row in whose group an event is, or where it would be."""

    @abstractmethod
    def count_of(self, seq: int) -> int:
        """How many rows the row of this event stands for."""

    def seq_at(self, index: int) -> int:
        """The number of the event in a row; raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} rows, so none at {index}")
        return int(self.seqs(index, index + 1)[0])

    def close(self) -> None:
        """End the thread; what it lies on goes on."""
        self._telling.close()

    @abstractmethod
    def _clear(self) -> None:
        """Forget all groups."""

    @abstractmethod
    def _group(self, told: Told) -> bool:
        """Take further rows into groups; whether rows that were there look different now."""

    @abstractmethod
    def _forget(self, count: int) -> int:
        """Take the oldest rows out of their groups; how many rows went at the front. Sets `_reset` if others did."""

    def _remove(self, count: int) -> int:
        grouped = min(count, self._covered)
        self._covered -= grouped
        if self._telling.is_busy:
            self._asked = max(self._asked - (count - grouped), 0)
        return self._forget(grouped)

    def _begin(self) -> None:
        self._clear()
        self._covered, self._stale, self._reset = 0, False, True
        self._lost = self._telling.is_busy
        self._begun = time.monotonic()

    def _read(self) -> bool:
        """Group what was read, and have more read; whether rows look different."""
        touched = False
        if (told := self._telling.take()) is not None:
            touched |= self._take(told, self._asked)
        if self._telling.is_busy or self._stale or self._covered >= len(self._base):
            return touched
        seqs = self._base.seqs(self._covered, self._covered + MOST)
        told = self._telling.ask(seqs)
        self._asked = len(seqs)
        return touched | (told is not None and self._take(told, len(seqs)))

    def _take(self, told: Told, still: int) -> bool:
        """Group what was read; of it the last `still` rows are still there."""
        lost, self._lost = self._lost, False
        if lost or self._stale:
            return False
        gone = len(told.seqs) - still
        self._covered += still
        return self._group(Told(told.seqs[gone:], tuple(cells[gone:] for cells in told.cells)))
