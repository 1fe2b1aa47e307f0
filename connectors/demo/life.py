"""Life of seed 004: an environment disturbs a self, which answers by urgency.

The four priorities side by side, with the seed's budgets: critical within 10 ms, normal 50, low 200.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from connectors.demo.world import Service, World
from eventscope import Event, EventHandler, EventPriority

__all__ = ["run"]

EVENTS_EACH = 2.0
"""Events that one stimulus publishes on average; a test measures it."""


class Stimulus(NamedTuple):
    """How often it comes, how urgent it is, how long the processor takes, and how likely it has an effect."""

    weight: int
    priority: EventPriority
    typical_ms: float
    effect: float


STIMULI: Final = {
    "shock": Stimulus(4, EventPriority.CRITICAL, 2.5, 0.9),
    "decay": Stimulus(10, EventPriority.CRITICAL, 2.0, 0.6),
    "noise": Stimulus(24, EventPriority.HIGH, 5, 0.2),
    "recovery": Stimulus(10, EventPriority.HIGH, 9, 0.7),
    "idle": Stimulus(20, EventPriority.NORMAL, 9, 0.3),
    "memory_echo": Stimulus(12, EventPriority.NORMAL, 16, 0.5),
    "internal": Stimulus(12, EventPriority.LOW, 50, 0.4),
    "social": Stimulus(8, EventPriority.LOW, 80, 0.5),
}
RARELY_SLOW = 0.02
"""How often the processor is held up, which breaks the budget of an urgent event."""


class Environment(Service):
    """What happens to a life from outside."""

    async def disturb(self, number: int) -> None:
        """One stimulus, its kind by weight."""
        chance = self.world.dice("stimulus", number)
        kind = chance.choices(list(STIMULI), [s.weight for s in STIMULI.values()])[0]
        felt = {"intensity": round(chance.betavariate(2, 4), 4), "tick": number // 10}
        await self.say(f"life.{kind}", felt, nth=number, priority=STIMULI[kind].priority)


class AsyncEventProcessor(Service):
    """Finds the meaning of a stimulus between the ticks, decides, and acts."""

    @EventHandler.on([f"life.{kind}" for kind in STIMULI], subscription_name="async_event_processor")
    async def process(self, event: Event) -> None:
        """Meaning and decision; what has an effect on the self is published."""
        chance, stimulus = self.chance(event), STIMULI[event.type.removeprefix("life.")]
        held_up = 8 if chance.random() < RARELY_SLOW else 1
        await self.world.work(chance, stimulus.typical_ms * held_up)
        if chance.random() < stimulus.effect:
            meaning = {"stimulus": event.type, "impact": round(event.payload["intensity"] * chance.uniform(-1, 1), 4)}
            await self.say("decision.made", meaning | {"pattern": chance.choice(PATTERNS)}, priority=event.priority)


PATTERNS = ("dampen", "absorb", "amplify", "ignore")


class SelfState(Service):
    """The one state that every decision changes, behind a lock."""

    @EventHandler.on("decision.made", subscription_name="self_state")
    async def change(self, event: Event) -> None:
        """Apply a decision; every change is a snapshot."""
        chance = self.chance(event)
        await self.world.work(chance, 1.5)
        change = {"energy": round(chance.uniform(20, 100), 2), "stability": round(chance.uniform(0.4, 1), 3)}
        await self.say("state.changed", change | {"because": event.payload["stimulus"]}, priority=event.priority)


def exhausting(event: Event) -> bool:
    """Whether a change leaves little energy, and does not call for more urgent care."""
    return bool(event.payload["energy"] < 45) and event.priority < EventPriority.CRITICAL


class Memory(Service):
    """Remembers what was exhausting."""

    @EventHandler.on("state.changed", filter=exhausting, subscription_name="memory_archive")
    async def remember(self, event: Event) -> None:
        """Low energy leaves a trace in memory."""
        await self.world.work(self.chance(event), 22)
        kept = {"energy": event.payload["energy"], "significance": round(1 - event.payload["energy"] / 100, 3)}
        await self.say("memory.stored", kept, priority=EventPriority.LOW)


class Monitoring(Service):
    """Watches urgent events only."""

    @EventHandler.on(categories=["life", "state"], priority=EventPriority.CRITICAL, subscription_name="vital_signs")
    async def watch(self, event: Event) -> None:
        """Quick, and for CRITICAL only."""
        await self.world.work(self.chance(event), 0.8)


async def run(world: World) -> None:
    """Live until the world ends."""
    environment = Environment(world, "environment")
    world.open(
        environment,
        AsyncEventProcessor(world, "event_processor"),
        SelfState(world, "self_state"),
        Memory(world, "memory"),
        Monitoring(world, "monitoring"),
    )
    async for number in world.arrivals(EVENTS_EACH):
        await environment.disturb(number)
