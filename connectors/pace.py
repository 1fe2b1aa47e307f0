"""Pace: how much comes a second, from totals that are looked at now and then."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from typing import Final, Generic, TypeVar

__all__ = ["Pace"]

WINDOW_S: Final = 10.0
"""How far back a rate looks: brokers bring some of their totals up to date only every five seconds."""

Key = TypeVar("Key", bound=Hashable)


class Pace(Generic[Key]):
    """Remembers the totals of the last looks, by key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looks: deque[tuple[float, Mapping[Key, int]]] = deque()

    def rates(self, totals: Mapping[Key, int]) -> dict[Key, float]:
        """What came a second of each key that was there before. A total that went down began anew."""
        now = self._clock()
        while self._looks and now - self._looks[0][0] > WINDOW_S:
            self._looks.popleft()
        self._looks.append((now, totals))
        rates: dict[Key, float] = {}
        for then, before in reversed(self._looks):
            if now > then:
                rates |= {key: (totals[key] - before[key]) / (now - then) for key in totals.keys() & before.keys()}
        return {key: max(rate, 0.0) for key, rate in rates.items()}
