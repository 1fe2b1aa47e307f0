"""What tests of the examples share: a scenario played on a bus, embedded in the monitor, and as a process that taps."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app.session import Session
from connectors.demo.connector import DemoConnector, DemoOptions, run_scenario
from connectors.registry import open_source
from eventscope import Event, EventBus, EventEmitter, EventHandler
from eventscope.step import Phase, Step
from examples.defects.scenario import DEFECTS
from examples.example import Example, System
from examples.life.scenario import LIFE
from examples.neurograph.scenario import NEUROGRAPH
from examples.orders.scenario import ORDERS
from examples.roles.scenario import ROLES

EXAMPLES: dict[str, Example[Any]] = {each.name: each for each in (ORDERS, NEUROGRAPH, LIFE, DEFECTS, ROLES)}

ROOT = Path(__file__).resolve().parents[2]
TELLING = ROOT / "tests" / "support" / "telling_example.py"

STEP = (
    *("phase", "id", "type", "category", "priority", "producer", "correlation_id", "causation_id", "subscription"),
    *("attempt", "queue_ns", "handle_ns", "total_ns", "fanout", "error", "occurred_at"),
)
"""What a row of the monitor knows of a step, but for the payload."""


class Row(NamedTuple):
    """A row of the monitor's store, as far as these tests look."""

    phase: int
    id: str
    type: str
    category: str
    priority: int
    producer: str
    correlation_id: str
    causation_id: str | None
    subscription: str | None
    error: str | None
    payload: bytes | None


@asynccontextmanager
async def running(system: System, bus: EventBus) -> AsyncIterator[list[Step]]:
    """A system at work on its bus; what is yielded fills with each step, and is complete after `bus.stop()`."""
    steps: list[Step] = []
    bus.observe(steps.append)
    EventHandler.register_all(bus, *system.components)
    async with system, bus:
        yield steps


def published(steps: list[Step], type_: str | None = None) -> list[Event]:
    """The events of a list of steps, in order."""
    return [s.event for s in steps if s.phase is Phase.PUBLISHED and type_ in (None, s.event.type)]


async def steps_of(scenario: str, *, rate: float = 600.0, seed: int = 5, seconds: float = 0.5) -> list[Step]:
    """Each step of a scenario that played to its end."""
    steps: list[Step] = []
    async with EventBus(name="demo", concurrency=256) as bus:
        bus.observe(steps.append)
        await run_scenario(bus, scenario, rate=rate, seed=seed, seconds=seconds)
    return steps


async def embedded(scenario: str, *, rate: float = 600.0, seed: int = 5, seconds: float = 0.5) -> Session:
    """A monitor that watched a scenario embedded, to its end."""
    session = Session()
    source = session.attach(DemoConnector(DemoOptions(scenario, rate=rate, seed=seed, seconds=seconds)))
    while not source.over:
        session.drain()
        await asyncio.sleep(0.01)
    await session.close()
    return session


class Tapped(NamedTuple):
    """What a monitor saw of a process that taps, and what that process itself knows of its steps."""

    session: Session
    listeners: dict[str, bool]
    """Its subscriptions while it ran, and whether anything ever reached them."""

    steps: list[tuple[Any, ...]]
    """Each step, with the columns STEP."""


async def tapped(example: str, folder: Path, *, rate: float = 300.0, seed: int = 5, seconds: float = 1.2) -> Tapped:
    """A monitor that watched an example run in another process, to its end."""
    session, heard, address = Session(), dict[str, bool](), folder / "tap.sock"
    session.attach(open_source(f"tap:{address}"))
    while not address.exists():
        await asyncio.sleep(0.01)
    options = ("--tap", address, "--rate", rate, "--seed", seed, "--seconds", seconds)
    script = (TELLING, example, folder / "steps.json", *options)
    program = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, script), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    ended = asyncio.get_running_loop().create_task(program.communicate())
    try:
        async with asyncio.timeout(40):
            while not ended.done():
                session.drain()
                heard |= listeners(session)
                await asyncio.sleep(0.02)
    finally:
        if program.returncode is None:
            program.kill()
        _, said = await ended
    assert program.returncode == 0, said.decode()
    await session.close()
    steps = [tuple(step) for step in json.loads((folder / "steps.json").read_text())]
    return Tapped(session, heard | listeners(session), steps)


def steps_in(session: Session) -> list[tuple[Any, ...]]:
    """All rows of a session, in order, with the columns STEP."""
    return list(session.store.cells(range(session.store.oldest_seq, session.store.next_seq), STEP))


def rows_of(session: Session) -> list[Row]:
    """All rows of a session, in order."""
    seqs = list(range(session.store.oldest_seq, session.store.next_seq))
    return [Row(*cells) for cells in session.store.cells(seqs, Row._fields)]


def events_of(session: Session) -> list[tuple[Any, ...]]:
    """What was published, without times, in order."""
    rows = [row for row in rows_of(session) if row.phase == Phase.PUBLISHED]
    return [(r.id, r.type, r.producer, r.correlation_id, r.causation_id, r.priority) for r in rows]


def phases_of(session: Session) -> Counter[int]:
    """How many rows there are of each phase."""
    return Counter(row.phase for row in rows_of(session))


def shapes(session: Session) -> Counter[str]:
    """How often each shape of a trace was seen, such as `life.idle(meaning.found(decision.made))`."""
    rows = [row for row in rows_of(session) if row.phase == Phase.PUBLISHED]
    children: dict[str | None, list[Row]] = {}
    for row in rows:
        children.setdefault(row.causation_id, []).append(row)

    def shape(row: Row) -> str:
        below = sorted(map(shape, children.get(row.id, ())))
        return f"{row.type}({', '.join(below)})" if below else row.type

    return Counter(map(shape, children[None]))


def listeners(session: Session) -> dict[str, bool]:
    """Each subscription on the map, and whether anything ever reached it."""
    return {node.name: node.observed for node in session.topology.map().nodes if node.kind == "subscription"}


def unheard(session: Session) -> set[str]:
    """The types that were published and that nobody handles."""
    return {node.name for node in session.topology.map().nodes if node.kind == "type" and node.unhandled}


ALL = {"rate": 800.0, "seed": 5, "seconds": 1.5}
"""The run of all five systems that tests look at in every place."""


async def demo_published(to: str) -> None:
    """All five systems published by `python main.py demo all`, in another process, to its end."""
    options = [word for name, value in ALL.items() for word in (f"--{name}", str(value))]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "main.py", "demo", "all", "--to", to, *options), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(50):
        _, said = await program.communicate()
    assert program.returncode == 0, said.decode()
    assert said.decode().startswith("publishing; watch it with: "), said.decode()
    assert len(said.splitlines()) == 1, said.decode()


def by_scenario(events: list[tuple[Any, ...]]) -> Counter[str]:
    """How many events each of the five systems published; an event begins with its id, its type and its producer."""
    systems = {
        component.source_id: name
        for name, example in EXAMPLES.items()
        for component in example.build(EventBus()).components
        if isinstance(component, EventEmitter)
    }
    return Counter(systems[event[2]] for event in events)


EACH = {"orders": 548, "neurograph": 307, "life": 205, "defects": 151, "roles": 57}
"""How many events each system publishes in that run; they follow from the seed alone."""
