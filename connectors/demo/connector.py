"""The embedded demo: seed systems at work on a bus of their own, for a first look without a broker.

`demo:` runs them all side by side, `demo:orders?rate=1000&seed=7` one of them faster.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.inprocess import InProcessConnector
from eventscope import EventBus
from eventscope.connector import Connector, Sink
from examples.defects.scenario import DEFECTS
from examples.example import Program, play
from examples.life.scenario import LIFE
from examples.neurograph.scenario import NEUROGRAPH
from examples.orders.scenario import ORDERS
from examples.roles.scenario import ROLES
from examples.timeline import Timeline
from examples.world import World

__all__ = ["SCENARIOS", "DemoConnector", "DemoOptions", "demo_bus", "run_scenario"]

log = logging.getLogger(__name__)

PROGRAMS: Final[Mapping[str, tuple[Program, float]]] = {
    "orders": (ORDERS.run, 0.42),
    "neurograph": (NEUROGRAPH.run, 0.24),
    "life": (LIFE.run, 0.18),
    "defects": (DEFECTS.run, 0.1),
    "roles": (ROLES.run, 0.06),
}
"""Each seed system, and its share of the events when all run together."""

SCENARIOS: Final = (*PROGRAMS, "all")

USUAL_RATE = 45.0
HIGHEST_RATE = 100_000.0
QUEUE = 20_000
"""Deliveries that may wait in a burst. Beyond it the bus lets publishers wait, so that nothing is lost."""

CONCURRENCY = 256
"""Handlers at a time: most of them sleep."""

LETTING_GO_S = 0.3
"""How long a demo that is cancelled may finish what it is doing."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `demo:PATH?…` may say."""

    path: str = field(default="all", metadata={"help": f"which system: {', '.join(SCENARIOS)}"})
    rate: float = field(default=USUAL_RATE, metadata={"help": "events published per second, on average"})
    seed: int | None = field(
        default=None, metadata={"help": "the same number makes the same events again; without one each run differs"}
    )
    seconds: float = field(default=0.0, metadata={"help": "end after so many seconds; 0 is never"})

    def __post_init__(self) -> None:
        """Raises ValueError for a scenario that does not exist or a rate that is none."""
        programs_of(self.path)
        if not 0 < self.rate <= HIGHEST_RATE:
            raise ValueError(
                f"rate takes more than 0 and up to {HIGHEST_RATE:,.0f} events per second, not {self.rate:g}"
            )
        if self.seconds < 0:
            raise ValueError(f"seconds takes 0 or more, not {self.seconds:g}")


class DemoConnector(Connector):
    """Runs seed systems on a bus of its own, in this process, and shows what happens on it."""

    Options = DemoOptions
    summary = "an embedded demo: orders, payments and parcels, a token graph, and more"

    options: DemoOptions

    @property
    def label(self) -> str:
        """`demo`, or `demo:orders` for one scenario."""
        return "demo" if self.options.path == "all" else f"demo:{self.options.path}"

    @property
    def safety(self) -> str:
        """What attaching does."""
        return "runs made-up systems inside the monitor · touches nothing else"

    async def run(self, sink: Sink) -> None:
        """Play until cancelled, or until `seconds` have passed and the bus is drained."""
        bus = demo_bus(self.label)
        timeline = Timeline(bus)
        worlds = worlds_on(timeline, self.options)  # kept to the end: a world's subscriptions end with it
        async with asyncio.TaskGroup() as group:
            monitor = group.create_task(InProcessConnector.attach(bus).run(sink), name=f"watch {self.label}")
            await bus.start()
            try:
                await play(timeline, worlds)
            finally:
                await bus.stop(LETTING_GO_S)
            monitor.cancel()


def demo_bus(name: str) -> EventBus:
    """A bus with room for all that a demo does at a time: the same seed then makes the same events on each."""
    return EventBus(name=name, max_queue_size=QUEUE, concurrency=CONCURRENCY)


async def run_scenario(
    bus: EventBus,
    scenario: str = "all",
    *,
    rate: float | None = None,
    seed: int | None = None,
    seconds: float | None = None,
) -> None:
    """Publish a scenario on a started bus, `rate` events per second on average.

    It returns when `seconds` have passed and all that came of it is handled; without them it runs until
    cancelled. What it subscribed ends with it. Raises ValueError for options that make no sense.
    """
    given: dict[str, Any] = {"rate": rate, "seed": seed, "seconds": seconds}
    chosen = DemoOptions(path=scenario, **{name: value for name, value in given.items() if value is not None})
    timeline = Timeline(bus)
    await play(timeline, worlds_on(timeline, chosen))


def worlds_on(timeline: Timeline, chosen: DemoOptions) -> dict[Program, World]:
    """A world for each program of the chosen scenario."""
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    log.info("the seed of %s is %d", chosen.path, seed)
    return {
        program: World(timeline, f"{chosen.path}.{name}", rate=chosen.rate * share, seed=seed, seconds=chosen.seconds)
        for name, (program, share) in programs_of(chosen.path).items()
    }


def programs_of(scenario: str) -> dict[str, tuple[Program, float]]:
    """The programs of a scenario with their shares, which add up to 1."""
    if scenario == "all":
        return dict(PROGRAMS)
    if scenario not in PROGRAMS:
        raise ValueError(f"there is no scenario {scenario!r}; use one of {', '.join(SCENARIOS)}")
    return {scenario: (PROGRAMS[scenario][0], 1.0)}
