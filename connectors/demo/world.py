"""What the demo's own programs share: services that name their events by the seed, and what is sometimes away."""

from __future__ import annotations

from random import Random
from typing import Any

from eventscope import Event, EventEmitter
from eventscope.event import current_event
from examples.outage import Outage
from examples.world import World

__all__ = ["Flaky", "Service", "World"]


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
