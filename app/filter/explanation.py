"""Explanations: why no row matches a filter, clause by clause, found by a thread while the window goes on."""

from __future__ import annotations

import threading
from typing import Final, NamedTuple

from app.filter.mismatch import Mismatch, mismatch
from app.filter.query import Filter, Told
from app.store.store import Store
from app.store.stored import Evicted

__all__ = ["Explainer", "Explanation"]

GROWTH: Final = 1.2
"""An explanation is given anew when there are so many times more rows."""


class Explanation(NamedTuple):
    """What each clause of a filter does to `total` rows, and what events speak against one of them."""

    wanted: Filter
    total: int
    clauses: list[Told]
    mismatch: Mismatch | None = None

    @property
    def guilty(self) -> list[Told]:
        """The clauses without which rows would match, or else those that remove any; the one with the most first."""
        freeing = [told for told in self.clauses if told.others_leave]
        if freeing:
            return sorted(freeing, key=lambda told: told.others_leave, reverse=True)
        return sorted((told for told in self.clauses if told.removes), key=lambda told: told.removes, reverse=True)


class Explainer:
    """Explains the filter that it was asked about last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: Explanation | None = None
        self._worker: threading.Thread | None = None

    def ask(self, wanted: Filter, total: int) -> Explanation | None:
        """What is known of a filter; None until it is."""
        known = self._known if self._known is not None and self._known.wanted is wanted else None
        busy = self._worker is not None and self._worker.is_alive()
        if not busy and (known is None or total > known.total * GROWTH):
            self._worker = threading.Thread(
                target=self._explain, args=(wanted, total), name="eventscope-explain", daemon=True
            )
            self._worker.start()
        return known

    def _explain(self, wanted: Filter, total: int) -> None:
        try:
            against = mismatch(wanted.tree, self._store)
        except Evicted:
            against = None  # a row went while it was looked at; the next explanation tells
        self._known = Explanation(wanted, total, wanted.explain(self._store), against)
