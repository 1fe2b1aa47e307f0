"""The traffic of NeuroGraph: tokens in a few regions of the space, some of them where none may be."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from examples.example import Example
from examples.neurograph.dna import DNASpec
from examples.neurograph.system import NeuroGraph
from examples.world import World

__all__ = ["EVENTS_EACH", "NEUROGRAPH"]

EVENTS_EACH = 3.1
"""Events that one action publishes on average; a test measures it."""

REGIONS: Final = 24
TOKENS_IN: Final = 0.7
UPDATES_IN: Final = 0.27
GENERATION: Final = 40
"""Actions in a generation."""


async def traffic(world: World, system: NeuroGraph) -> None:
    """Let the graph grow until the world ends; every fortieth action ends a generation."""
    async for number in world.arrivals(EVENTS_EACH):
        if number % GENERATION == GENERATION - 1:
            await evolve(world.dice("generation", number), system)
        else:
            await act(world, number, system)


async def act(world: World, number: int, system: NeuroGraph) -> None:
    """Mostly a token is created; sometimes one is updated, or one is asked for that is not there."""
    chance, tokens = world.dice("token", number), system.token_service
    what = chance.random()
    if what < TOKENS_IN or not tokens.tokens:
        await tokens.create_token(token(world, chance))
    elif what < TOKENS_IN + UPDATES_IN:
        await tokens.update_token(chance.choice(list(tokens.tokens)), {"weight": round(chance.random(), 4)})
    else:
        await tokens.update_token(f"tok-{chance.randrange(1 << 24, 1 << 28):07x}", {"weight": 1.0})


def token(world: World, chance: Random) -> dict[str, Any]:
    """A token near the centre of a region; one in twenty-five lies where the DNA allows none."""
    centre = world.dice("region", chance.randrange(REGIONS))
    place = [round(centre.uniform(-25, 25) + chance.gauss(0, 1.2), 3) for _ in range(DNASpec().dimensions)]
    kind = chance.choice(DNASpec().token_types)
    if chance.random() < 1 / 25:
        place[chance.randrange(len(place))] = round(chance.uniform(45, 60), 3)
    return {"coordinates": place, "type": kind}


async def evolve(chance: Random, system: NeuroGraph) -> None:
    """End a generation: the radius changes a little, and once in a while a rule is asked for that is none."""
    fitness, radius = round(chance.betavariate(8, 2), 4), round(chance.uniform(33, 42), 2)
    mutation = {"wingspan": 1} if chance.random() < 1 / 12 else {"radius": radius}
    await system.evolution.complete_generation(fitness, mutation)


NEUROGRAPH: Final = Example("neurograph", NeuroGraph, traffic)
