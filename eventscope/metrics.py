"""Metrics of a bus: how long its events take, and how many there are each second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from eventscope.event import EventPriority
from eventscope.histogram import Histogram

__all__ = ["Latencies", "Rates", "by_priority"]

T = TypeVar("T")

RATES_OVER: Final = 10
"""Rates are averages over so many seconds."""


def by_priority(values: Sequence[T]) -> dict[str, T]:
    """Values that are numbered by priority, under its names, the most urgent first."""
    return {priority.name: values[priority] for priority in reversed(EventPriority)}


class Latencies:
    """The durations of one priority: wait in the queue, handling, and both with all retries."""

    __slots__ = ("handle", "queue", "total")

    def __init__(self) -> None:
        self.queue = Histogram()
        self.handle = Histogram()
        self.total = Histogram()

    def summary(self) -> dict[str, Any]:
        """Percentiles in milliseconds."""
        return {"queue": self.queue.summary(), "handle": self.handle.summary(), "total": self.total.summary()}

    @classmethod
    def of_all(cls) -> tuple[Latencies, ...]:
        """One for each priority, by its number."""
        return tuple(cls() for _ in EventPriority)


class Rates:
    """Events per second over the last ten seconds, from counters read once a second."""

    def __init__(self, counters: Callable[[], Mapping[str, int]]) -> None:
        self._counters = counters
        self._past: deque[tuple[float, Mapping[str, int]]] = deque(maxlen=RATES_OVER)

    def note(self) -> None:
        """Remember the counters as they are now."""
        self._past.append((time.monotonic(), self._counters()))

    def summary(self) -> dict[str, float]:
        """The rate of each counter; 0.0 while there is nothing to compare with."""
        now = self._counters()
        if not self._past:
            return dict.fromkeys(now, 0.0)
        then, before = self._past[0]
        seconds = time.monotonic() - then
        return {name: (count - before[name]) / seconds if seconds > 0 else 0.0 for name, count in now.items()}
