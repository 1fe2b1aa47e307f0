"""Layers: the listing that is shown, made of others that lie on each other: matches, grouped, then sorted."""

from __future__ import annotations

from collections.abc import Callable

from app.listing.listing import Listing
from app.listing.order import Direction
from app.listing.sorted import Sorted
from app.store.store import Store

__all__ = ["Layers", "Make"]

Make = Callable[[Listing], Listing]
"""Makes a listing that lies on another."""


class Layers:
    """`top` is what is shown. Layers are made anew when one below them changes."""

    def __init__(self, matches: Listing, store: Store) -> None:
        self.top = matches
        self._store = store
        self.grouped = matches
        """Matches, or groups of them: what is sorted."""
        self._matches = matches
        self._direction: Direction | None = None

    def group(self, make: Make | None) -> None:
        """Show groups of rows as `make` says, or each row with None."""
        if self.grouped is not self._matches:
            self.grouped.close()
        self.grouped = make(self._matches) if make else self._matches
        self.sort(self._direction)

    def sort(self, direction: Direction | None) -> None:
        """Show rows in that order, or as they came with None; until they are in order, they stay as they are."""
        before = self.top if isinstance(self.top, Sorted) else None
        if before:
            before.close()
        self._direction = direction
        self.top = Sorted(self.grouped, self._store, direction, before) if direction else self.grouped

    @property
    def direction(self) -> Direction | None:
        """The order that rows are in, None as long as that is the order of arrival."""
        return self.top.shown_direction if isinstance(self.top, Sorted) else None

    @property
    def is_settled(self) -> bool:
        """Whether rows are in the order that was asked for."""
        return self.direction is self._direction

    def close(self) -> None:
        """End what the layers run in other threads; the matches go on."""
        for layer in (self.top, self.grouped):
            if layer is not self._matches:
                layer.close()
