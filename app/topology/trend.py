"""Trend: how a figure moves from one look to the next, as far as a finding needs it."""

from __future__ import annotations

from typing import Final

CALM_NS: Final = 60_000_000_000
"""What has not risen for so long rises no more."""


class Trend:
    """Since when a figure stands still, and since when it rises; times are ns since the epoch."""

    def __init__(self, value: int, at: int) -> None:
        self.value = value
        self.still_since = at
        """When it took the value that it has."""
        self.rising_since: int | None = None
        self.risen_from = value
        self._seen_at = at

    @property
    def rising(self) -> bool:
        """Whether it rises, with pauses of less than a minute, and has not fallen meanwhile."""
        return self.rising_since is not None

    @property
    def risen(self) -> int:
        """By how much it has risen since it began to."""
        return self.value - self.risen_from if self.rising else 0

    def take(self, value: int, at: int) -> None:
        """The figure is this now."""
        if value > self.value:
            if self.rising_since is None:
                self.rising_since, self.risen_from = self._seen_at, self.value
        elif value < self.value or at - self.still_since > CALM_NS:
            self.rising_since = None
        if value != self.value:
            self.value, self.still_since = value, at
        self._seen_at = at
