"""The world of a scenario: seeded decisions, repeatable ids, a rate that breathes, believable work.

Nothing here knows a scenario. Every decision is rolled from the seed and what it is about, not from one
generator that all would draw from in turn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from hashlib import blake2b
from random import Random
from typing import TypeVar

from eventscope import EventHandler
from eventscope.event import current_event
from examples.component import Component, Surroundings
from examples.timeline import Timeline

__all__ = ["World", "swell"]

T = TypeVar("T")

BURST_EVERY_S = 40.0
BURST_AT_S = 5.0
BURST_FOR_S = 1.2
BURST = 3.0
"""A burst is so many times the usual rate, on top of it."""

BREATHE_S = (23.0, 7.3)
"""Periods of the two slow waves that the rate follows."""

UNHURRIED = 400.0
"""Up to this rate, in events per second, work takes its natural time; a busier system has faster machines."""


def swell(at: float) -> float:
    """The rate at `at` seconds as a multiple of the average, which over a long time is 1."""
    slow, fast = BREATHE_S
    burst = BURST if 0 <= at % BURST_EVERY_S - BURST_AT_S < BURST_FOR_S else 0.0
    breath = 1 + 0.35 * math.sin(math.tau * at / slow) + 0.15 * math.sin(math.tau * at / fast)
    return (breath + burst) / (1 + BURST * BURST_FOR_S / BURST_EVERY_S)


class World(Surroundings):
    """Where one scenario happens: its bus, its time, its seed and its pace.

    `rate` is events published per second on average, all components together; `seconds` ends the scenario,
    0 means never.
    """

    def __init__(self, timeline: Timeline, name: str, *, rate: float, seed: int, seconds: float) -> None:
        self.timeline = timeline
        self.bus = timeline.bus
        self.name = name
        self.rate = rate
        self.seed = seed
        self.seconds = seconds
        self._subscribed: list[object] = []
        self._published = Counter[str]()
        self._entered = AsyncExitStack()
        self._hurry = max(1.0, rate / UNHURRIED)

    async def enter(self, system: AbstractAsyncContextManager[T]) -> T:
        """Start a system, which is stopped when this world is closed."""
        return await self._entered.enter_async_context(system)

    async def close(self) -> None:
        """Stop what was entered. What was subscribed ends with the world itself."""
        await self._entered.aclose()

    def open(self, *components: object) -> None:
        """Subscribe the decorated methods of `components`, and let them work at the pace of this world."""
        self._subscribed += components
        for component in components:
            if isinstance(component, Component):
                component.surroundings = self
        EventHandler.register_all(self.bus, *components)

    def dice(self, *about: object) -> Random:
        """Chance for one decision: the same seed, scenario and subject always fall the same way."""
        return Random(self._digest(about, 8))  # noqa: S311

    def name_of(self, *about: object) -> str:
        """An id that follows the seed, such as `9f86d081884c7d65`."""
        return self._digest(about, 8).hex()

    def _digest(self, about: tuple[object, ...], size: int) -> bytes:
        return blake2b(repr((self.seed, self.name, *about)).encode(), digest_size=size).digest()

    async def arrivals(self, events_each: float) -> AsyncIterator[int]:
        """Count 0, 1, 2, … at the moments when something begins that publishes `events_each` events."""
        chance, at, number = self.dice("arrivals"), 0.0, 0
        while True:
            at += chance.expovariate(swell(at) * self.rate / events_each)
            if 0 < self.seconds <= at:
                return
            await self.timeline.wait_until(at)
            yield number
            number += 1

    def id_for(self, source: str, type_: str) -> str:
        """The next id of a component, which publishes in the same order each time."""
        self._published[source] += 1
        return self.name_of(source, type_, self._published[source])

    def now(self) -> float:
        """Seconds since this world began, by its own clock."""
        return self.timeline.now

    async def wait_until(self, moment: float) -> None:
        """Return when it is that late in this world."""
        await self.timeline.wait_until(moment)

    async def work(self, source: Random | str, typical_ms: float, spread: float = 0.4) -> None:
        """Take about `typical_ms` milliseconds of this world's time, as chance or the event at hand has it."""
        handled = current_event.get()
        chance = self.dice("work", source, handled and handled.id) if isinstance(source, str) else source
        seconds = chance.lognormvariate(math.log(typical_ms / 1000), spread) / self._hurry
        await self.timeline.wait_until(self.timeline.now + seconds)
