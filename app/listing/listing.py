"""Listing: rows in some order, as the table shows them. The plain one is Matches; others lie on top of one.

All calls come from one thread. A listing that lies on another hands `set_filter` and `horizon` down to it and calls
its `update` in its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.filter.query import Filter

__all__ = ["Change", "Listing", "lists"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an update changed: first `removed` rows went, then `appended` came at the end.

    The rows that went lay behind the first `front`. When rows of several chunks outlived them, those `front` rows
    are others than before, in number order. With `reset` any of them may have changed. With
    `touched` some look different in their places. False when nothing has changed.
    """

    removed: int = 0
    appended: int = 0
    reset: bool = False
    front: int = 0
    touched: bool = False

    def __bool__(self) -> bool:
        return self.reset or self.touched or self.removed > 0 or self.appended > 0


class Listing(Protocol):
    """Rows numbered from 0; what they are changes in `update` alone, or by a new filter or horizon."""

    @property
    def newest_last(self) -> bool:
        """Whether rows are in the order of arrival, so that what is new comes at the end."""

    @property
    def filter(self) -> Filter:
        """What is asked for."""

    def set_filter(self, wanted: Filter) -> None:
        """Ask for something else; the rows are those of the new filter after the next updates."""

    @property
    def horizon(self) -> int | None:
        """Events from this number on are left out, as while the window is paused; None for all of them."""

    @horizon.setter
    def horizon(self, seq: int | None) -> None: ...

    def update(self, budget_s: float = 0.004) -> Change:
        """Follow the store for about `budget_s`; what has changed since the last update."""

    def __len__(self) -> int: ...

    def seq_at(self, index: int) -> int:
        """The number of the event in a row; raises IndexError."""

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The events of rows `start` to `stop`, as far as there are any."""

    def index_of(self, seq: int) -> int:
        """The row of an event; of one that is not listed the row where it would be, at most `len`."""

    def close(self) -> None:
        """End what it runs in other threads; what it lies on goes on."""


def lists(listing: Listing, seq: int) -> bool:
    """Whether a listing has the row of an event."""
    row = listing.index_of(seq)
    return row < len(listing) and listing.seq_at(row) == seq
