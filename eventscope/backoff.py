"""How long to wait before a failed handler is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["Backoff"]

MOST_DOUBLINGS = 60


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off in seconds: `first`, then `factor` times longer each time, up to `longest`.

    Each wait is shortened by a random part of at most `jitter` (0 to 1), so that what failed together is
    not tried again together. Raises ValueError for numbers that make no sense.
    """

    first: float = 0.1
    factor: float = 2.0
    longest: float = 30.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.longest < float("inf") and self.factor >= 1 and 0 <= self.jitter <= 1):
            raise ValueError(
                f"{self} makes no sense: use 0 <= first <= longest, factor of 1 or more, and jitter from 0 to 1"
            )

    @classmethod
    def of(cls, value: Backoff | float) -> Backoff:
        """A back-off as it is, or the usual one that begins with `value` seconds."""
        if isinstance(value, Backoff):
            return value
        return cls(first=value, longest=max(value, cls().longest))

    def delay(self, attempt: int) -> float:
        """Seconds to wait after attempt number `attempt` (from 1) failed."""
        try:
            full = min(self.longest, self.first * self.factor ** min(attempt - 1, MOST_DOUBLINGS))
        except OverflowError:
            full = self.longest
        return full * (1 - self.jitter * random.random())  # noqa: S311
