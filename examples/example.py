"""An example: a system, the traffic that makes it work, and how both are played on a bus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, Self, TypeVar

from eventscope import EventBus
from examples.outage import leave_outages_unlogged
from examples.timeline import Timeline, settled
from examples.world import World

__all__ = ["Example", "Program", "System", "play"]

Program = Callable[[World], Coroutine[Any, Any, None]]

LETTING_GO_S: Final = 0.3
"""How long a scenario that is cancelled may finish what it is doing."""


class System:
    """What an example builds on a bus; `components` are all that handles events."""

    components: Sequence[object] = ()

    async def start(self) -> None:
        """Start what is not on the bus, such as threads."""

    async def stop(self) -> None:
        """Stop it, when nothing is handled any more."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


S = TypeVar("S", bound=System)


@dataclass(frozen=True)
class Example(Generic[S]):
    """A named example: `build` makes its system on a bus, `traffic` uses it until the world ends."""

    name: str
    build: Callable[[EventBus], S]
    traffic: Callable[[World, S], Coroutine[Any, Any, None]]

    async def open(self, world: World) -> S:
        """Build and start its system in a world."""
        system = self.build(world.bus)
        await world.enter(system)
        world.open(*system.components)
        return system

    async def run(self, world: World) -> None:
        """Play it in a world."""
        await self.traffic(world, await self.open(world))


async def play(timeline: Timeline, worlds: Mapping[Program, World]) -> None:
    """Run programs side by side until each has ended and all that came of it is handled; then close the worlds."""
    leave_outages_unlogged()
    try:
        await timeline.play([program(world) for program, world in worlds.items()])
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(settled(timeline.bus), LETTING_GO_S)
        for world in worlds.values():
            await world.close()
