"""What the demo's programs share: seeded decisions, repeatable ids, a rate that breathes, believable work.

Nothing here knows a scenario. Handlers run concurrently, so a single generator would be drawn from in
another order on each run. Instead every decision is rolled from the seed and the event it is about, which
makes a run repeatable whatever the timing.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from random import Random
from typing import Any

from eventscope import Event, EventBus, EventEmitter, EventHandler
from eventscope.event import current_event

__all__ = ["Flaky", "Outage", "Service", "World", "outages_unlogged", "swell"]

BURST_EVERY_S = 40.0
BURST_AT_S = 5.0
BURST_FOR_S = 1.2
BURST = 3.0
"""A burst is so many times the usual rate, on top of it."""

BREATHE_S = (23.0, 7.3)
"""Periods of the two slow waves that the rate follows."""

FURTHEST_BEHIND_S = 1.0
"""A machine that slept does not get all that it missed at once."""

UNHURRIED = 400.0
"""Up to this rate, in events per second, work takes its natural time; a busier system has faster machines."""


def swell(at: float) -> float:
    """The rate at `at` seconds as a multiple of the average, which over a long time is 1."""
    slow, fast = BREATHE_S
    burst = BURST if 0 <= at % BURST_EVERY_S - BURST_AT_S < BURST_FOR_S else 0.0
    breath = 1 + 0.35 * math.sin(math.tau * at / slow) + 0.15 * math.sin(math.tau * at / fast)
    return (breath + burst) / (1 + BURST * BURST_FOR_S / BURST_EVERY_S)


class World:
    """Where one scenario happens: its bus, its seed and its pace.

    `rate` is events published per second on average, all services together; `seconds` ends the scenario,
    0 means never.
    """

    def __init__(self, bus: EventBus, name: str, *, rate: float, seed: int, seconds: float) -> None:
        self.bus = bus
        self.name = name
        self.rate = rate
        self.seed = seed
        self.seconds = seconds
        self._services: list[Service] = []
        self._hurry = max(1.0, rate / UNHURRIED)

    def open(self, *services: Service) -> None:
        """Subscribe the decorated methods of `services`, for as long as this world lives."""
        self._services += services
        EventHandler.register_all(self.bus, *services)

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
        chance, clock = self.dice("arrivals"), asyncio.get_running_loop().time
        started, at, number = clock(), 0.0, 0
        while True:
            at += chance.expovariate(swell(at) * self.rate / events_each)
            if 0 < self.seconds <= at:
                return
            started = max(started, clock() - at - FURTHEST_BEHIND_S)
            await asyncio.sleep(max(0.0, started + at - clock()))
            yield number
            number += 1

    async def work(self, chance: Random, typical_ms: float, *, spread: float = 0.4) -> None:
        """Take about `typical_ms` milliseconds; a larger `spread` makes slow outliers likelier."""
        await asyncio.sleep(chance.lognormvariate(math.log(typical_ms / 1000), spread) / self._hurry)


class Service(EventEmitter):
    """A component of the demo: emits under its own name, with ids that follow the seed."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world.bus, source_id=name)
        self.world = world

    def chance(self, event: Event) -> Random:
        """What this service rolls about `event`."""
        return self.world.dice(self.source_id, event.id)

    async def say(self, type: str, payload: dict[str, Any], **about: Any) -> Event:  # noqa: A002
        """Publish an event, a child of the one being handled.

        `nth` tells events apart that one handler publishes under the same type.
        """
        parent = current_event.get()
        nth = about.pop("nth", 0)
        own_id = self.world.name_of(parent.id if parent else "root", type, nth)
        return await self.emit(type, payload, id=own_id, **about)


class Outage(ConnectionError):
    """A failure that is made up, to be seen by whoever watches."""


class Flaky:
    """Something remote that is sometimes away: for an event it fails now and then, or for good."""

    def __init__(self, world: World, *, often: float, for_good: float) -> None:
        self._world = world
        self._often = often
        self._for_good = for_good
        self._failures: dict[str, int] = {}

    def call(self, event: Event, complaint: str) -> None:
        """Raises Outage for `often` of the events: `for_good` of them each time, the others once or twice."""
        chance = self._world.dice("flaky", event.id)
        if chance.random() >= self._often:
            return
        if chance.random() < self._for_good:
            raise Outage(complaint)
        failures = self._failures.pop(event.id, 0)
        if failures < chance.choice((1, 1, 2)):
            self._failures[event.id] = failures + 1
            raise Outage(complaint)


@contextmanager
def outages_unlogged() -> Iterator[None]:
    """Keep the bus from logging made-up failures: a demo must not look broken on the terminal."""

    def is_real(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], Outage))

    log = logging.getLogger("eventscope.bus")
    log.addFilter(is_real)
    try:
        yield
    finally:
        log.removeFilter(is_real)
