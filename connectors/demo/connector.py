"""The embedded demo: seed systems at work on a bus of their own, for a first look without a broker.

`demo:` runs them all side by side, `demo:orders?rate=1000&seed=7` one of them faster.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.demo import defects, life, neurograph, orders, roles
from connectors.demo.world import World, outages_unlogged
from connectors.inprocess import InProcessConnector
from eventscope import EventBus
from eventscope.connector import Connector, Sink

__all__ = ["SCENARIOS", "DemoConnector", "DemoOptions", "run_scenario"]

log = logging.getLogger(__name__)

Program = Callable[[World], Coroutine[Any, Any, None]]

PROGRAMS: Final[Mapping[str, tuple[Program, float]]] = {
    "orders": (orders.run, 0.42),
    "neurograph": (neurograph.run, 0.24),
    "life": (life.run, 0.18),
    "defects": (defects.run, 0.1),
    "roles": (roles.run, 0.06),
}
"""Each seed system, and its share of the events when all run together."""

SCENARIOS: Final = (*PROGRAMS, "all")

USUAL_RATE = 45.0
HIGHEST_RATE = 100_000.0
QUEUE = 20_000
"""Deliveries that may wait in a burst. Beyond it the bus lets publishers wait, so that nothing is lost."""

CONCURRENCY = 256
"""Handlers at a time: most of them sleep."""

SETTLE_S = 0.02
LETTING_GO_S = 0.3
"""How long a demo that is cancelled may finish what it is doing."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `demo:PATH?…` may say."""

    path: str = field(default="all", metadata={"help": f"which system: {', '.join(SCENARIOS)}"})
    rate: float = field(default=USUAL_RATE, metadata={"help": "events published per second, on average"})
    seed: int | None = field(
        default=None, metadata={"help": "the same number makes the same decisions again; without one each run differs"}
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
        bus = EventBus(name=self.label, max_queue_size=QUEUE, concurrency=CONCURRENCY)
        worlds = worlds_on(bus, self.options)  # kept to the end: a world's subscriptions end with it
        async with asyncio.TaskGroup() as group:
            monitor = group.create_task(InProcessConnector.attach(bus).run(sink), name=f"watch {self.label}")
            await bus.start()
            try:
                await play(bus, worlds)
            finally:
                await bus.stop(LETTING_GO_S)
            monitor.cancel()


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
    await play(bus, worlds_on(bus, chosen))


def worlds_on(bus: EventBus, chosen: DemoOptions) -> dict[Program, World]:
    """A world for each program of the chosen scenario."""
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    log.info("the seed of %s is %d", chosen.path, seed)
    return {
        program: World(bus, f"{chosen.path}.{name}", rate=chosen.rate * share, seed=seed, seconds=chosen.seconds)
        for name, (program, share) in programs_of(chosen.path).items()
    }


async def play(bus: EventBus, worlds: Mapping[Program, World]) -> None:
    """Run the programs side by side until each has ended and all that came of it is handled."""
    with outages_unlogged():
        async with asyncio.TaskGroup() as group:
            for program, world in worlds.items():
                group.create_task(program(world), name=f"demo {world.name}")
        while not settled(bus):  # noqa: ASYNC110 - a bus tells its state, not its moments
            await asyncio.sleep(SETTLE_S)


def settled(bus: EventBus) -> bool:
    """Whether every delivery is handled."""
    metrics = bus.get_metrics()
    return not metrics["waiting"] and not metrics["running"]


def programs_of(scenario: str) -> dict[str, tuple[Program, float]]:
    """The programs of a scenario with their shares, which add up to 1."""
    if scenario == "all":
        return dict(PROGRAMS)
    if scenario not in PROGRAMS:
        raise ValueError(f"there is no scenario {scenario!r}; use one of {', '.join(SCENARIOS)}")
    return {scenario: (PROGRAMS[scenario][0], 1.0)}
