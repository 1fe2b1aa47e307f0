"""A mapping of bounded size: what came first goes when it is full, so that a graph may grow for ever."""

from __future__ import annotations

from typing import Final, TypeVar

__all__ = ["CAPACITY", "Latest"]

K = TypeVar("K")
V = TypeVar("V")

CAPACITY: Final = 1_024
"""How many tokens the system remembers."""


class Latest(dict[K, V]):
    """The latest CAPACITY entries."""

    def add(self, key: K, value: V) -> tuple[K, V] | None:
        """Set an entry; returns the one that went for it, if one did."""
        self[key] = value
        if len(self) <= CAPACITY:
            return None
        oldest = next(iter(self))
        return oldest, self.pop(oldest)
