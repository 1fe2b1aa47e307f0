"""Declared: a subscription that the watched system says it has, and which event types it waits for."""

from __future__ import annotations

from eventscope.connector import DeclaredSubscription
from eventscope.pattern import matcher


class Declared:
    """`node` is its number on the map, `at` when it was first declared (ns), `types` the numbers of the
    type nodes that it waits for.
    """

    def __init__(self, subscription: DeclaredSubscription, node: int, at: int) -> None:
        self.subscription = subscription
        self.node = node
        self.at = at
        self.types: set[int] = set()
        self._is_type = matcher(subscription.types)
        self._is_category = matcher(subscription.categories)

    def waits_for(self, type_: str, category: str | None) -> bool:
        """Whether events of this type and category may go to it; its filter and priority are not known here."""
        return self._is_type(type_) and self._is_category(category or "")

    @property
    def pattern(self) -> str:
        """What it waits for, in words: `order.*`, `category payment`, or `*`."""
        wanted = self.subscription
        parts = [
            ", ".join(wanted.types) or ("" if wanted.categories else "*"),
            f"category {', '.join(wanted.categories)}" if wanted.categories else "",
            f"{wanted.priority} or higher" if wanted.priority else "",
        ]
        return " · ".join(filter(None, parts))
