"""Sorted: a listing in the order of one field. It lies on another one and is sorted anew in a thread as that changes.

Until the first order is made it shows another listing: what was shown before, or what it lies on. A change shows up
once it is in order: at once when the filter or the horizon has changed, else once a second at most.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.columns.words import Words
from app.filter.query import Filter
from app.listing.listing import Change, Listing
from app.listing.order import Direction, Order
from app.store.chunk import Chunk
from app.store.store import Evicted, Store

__all__ = ["Sorted"]

AT_MOST_EACH_S: Final = 1.0
"""How often rows that came meanwhile are put in order."""
ANEW_EACH_S: Final = 0.1
"""The same while rows in the midst of others come and go, as a search finds them."""
AT_A_TIME: Final = 262_144
"""Rows handed to the thread in one update: copying more would hold up a frame."""
MOST_PLACES: Final = 64


class Sorted:
    """The rows of `base`, ordered by a field of their events."""

    def __init__(self, base: Listing, store: Store, direction: Direction, before: Sorted | None = None) -> None:
        self.direction = direction
        self._base = base
        self._stand_in: Listing = before.shown if before else base
        self._store = store
        self._words = Words()
        self._order: Order | None = None
        self._handed: list[NDArray[np.int64]] = []
        self._covered = 0
        """Rows of the base that are in order, being ordered, or handed over to be."""
        self._anew = True
        """Whether what is handed over is all there is, not only what is new."""
        self._begun = -AT_MOST_EACH_S
        self._job: Future[Order] | None = None
        self._pool = ThreadPoolExecutor(1, "eventscope-sort")
        self._places: dict[int, int] = {}
        """Where rows were that were asked for, for when they have gone."""

    @property
    def shown(self) -> Listing:
        """What is shown: this listing, or what stands in for it."""
        return self._stand_in if self._order is None else self

    @property
    def shown_direction(self) -> Direction | None:
        """The order that rows are in now."""
        return self.shown.direction if isinstance(self.shown, Sorted) else None

    @property
    def is_settled(self) -> bool:
        """Whether all rows are in order now."""
        return self._order is not None and self._job is None and not self._anew and self._covered == len(self._base)

    @property
    def newest_last(self) -> bool:
        """Whether rows are in the order of arrival still."""
        return self.shown_direction is None and self._base.newest_last

    @property
    def filter(self) -> Filter:
        """What is asked for."""
        return self._base.filter

    def set_filter(self, wanted: Filter) -> None:
        """Ask for something else; shown once that is in order."""
        self._base.set_filter(wanted)
        self.hurry()

    @property
    def horizon(self) -> int | None:
        """Rows from this number on are left out."""
        return self._base.horizon

    @horizon.setter
    def horizon(self, seq: int | None) -> None:
        self._base.horizon = seq
        self.hurry()

    def update(self, budget_s: float = 0.004) -> Change:
        """Follow the base; raises what went wrong in the thread."""
        change = self._base.update(budget_s)
        if change.reset or change.removed or change.front:
            self._handed, self._covered, self._anew = [], 0, True
        finished = self._finish()
        if self._is_due():
            self._hand_over()
        return change if self.shown is self._base else Change(reset=finished, touched=change.touched)

    def __len__(self) -> int:
        return len(self._stand_in) if self._order is None else len(self._order.seqs)

    def seq_at(self, index: int) -> int:
        """The number of the event in a row; raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} rows, so none at {index}")
        return int(self.seqs(index, index + 1)[0])

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The events of rows `start` to `stop`, as far as there are any."""
        return self._stand_in.seqs(start, stop) if self._order is None else self._order.seqs[max(start, 0) : stop]

    def index_of(self, seq: int) -> int:
        """The row of an event, or where it would be; of one that can be nowhere in this order where it was."""
        if self._order is None:
            return self._stand_in.index_of(seq)
        try:
            chunk = self._store.chunk_of(seq)
        except Evicted:
            return min(self._places.get(seq, 0), len(self))
        if chunk.at_hand:
            found = self._order.index_of(chunk, self.direction, self._words, seq)
        else:
            found = self._order.place_of(seq)
        if found is None:
            return min(self._places.get(seq, 0), len(self))
        if len(self._places) > MOST_PLACES:
            self._places.clear()
        self._places[seq] = found
        return found

    def hurry(self) -> None:
        """Put in order at the next update what has come."""
        self._begun = -AT_MOST_EACH_S

    def close(self) -> None:
        """End the thread; what it is putting in order is lost."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _finish(self) -> bool:
        """Take over what the thread has made; whether there is any."""
        if self._job is None or not self._job.done():
            return False
        job, self._job = self._job, None
        self._order = job.result()
        self._stand_in = self._base
        return True

    def _is_due(self) -> bool:
        if self._job is not None or not (self._anew or self._covered < len(self._base)):
            return False
        return time.monotonic() - self._begun >= (ANEW_EACH_S if self._anew else AT_MOST_EACH_S)

    def _hand_over(self) -> None:
        """Hand rows to the thread, or some of them if there are many."""
        rows = self._base.seqs(self._covered, self._covered + AT_A_TIME)
        self._handed.append(rows)
        self._covered += len(rows)
        if self._covered < len(self._base):
            return
        wanted, anew = self._handed, self._anew
        self._handed, self._anew = [], False
        self._begun = time.monotonic()
        order, chunks = self._order or Order.empty(), list(self._store.chunks)
        self._job = self._pool.submit(self._arranged, order, chunks, wanted, anew)

    def _arranged(self, order: Order, chunks: list[Chunk], handed: list[NDArray[np.int64]], anew: bool) -> Order:
        return order.rearranged(chunks, self.direction, self._words, np.concatenate(handed), only=anew)
