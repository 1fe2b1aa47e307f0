"""The traffic of a life: what the environment does to it, with all kinds and urgencies."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Final

from examples.example import Example
from examples.life.system import Life
from examples.world import World

__all__ = ["EVENTS_EACH", "LIFE", "stimulus"]

EVENTS_EACH = 3.32
"""Events that one stimulus publishes on average; a test measures it."""

OFTEN: Final = {
    "shock": 4,
    "decay": 10,
    "noise": 24,
    "recovery": 10,
    "idle": 20,
    "memory_echo": 12,
    "internal": 12,
    "social": 8,
}
"""How often each kind comes, beside the others."""

IMPOSSIBLE: Final = 1 / 60
"""Stimuli that no stage can make sense of."""


async def traffic(world: World, system: Life) -> None:
    """Live until the world ends, with the ticks beside the stimuli."""
    async with asyncio.TaskGroup() as group:
        beating = group.create_task(world.timeline.program(system.ticks.run()), name="ticks")
        async for number in world.arrivals(EVENTS_EACH):
            await system.environment.disturb(*stimulus(world.dice("stimulus", number)))
        beating.cancel()


def stimulus(chance: Random) -> tuple[str, float]:
    """A kind and an intensity."""
    kind = chance.choices(list(OFTEN), list(OFTEN.values()))[0]
    intensity = round(chance.betavariate(2, 3), 4)
    return kind, intensity + 1 if chance.random() < IMPOSSIBLE else intensity


LIFE: Final = Example("life", Life, traffic)
