"""What every connector has to fulfil, ours and those of other packages.

Subclass `ConnectorConformance`, or `DeliveryConformance` if the test can decide what the source emits, and give a
fixture `world` that returns a `World`. `asyncio_mode = "auto"` is assumed.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import random
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.sources.hosted import Hosted
from connectors.options import describe, read_options
from connectors.source_url import SourceUrlError
from eventscope.connector import Block, Chart, Connector, ConnectorError, Declaration, Record, SourceState
from eventscope.event import Event

ROOT = Path(__file__).resolve().parents[2]

SECRET = "hunter2canary"


class Collected:
    """A sink that keeps everything, and never has so little room that one must wait."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.states: list[tuple[SourceState, str]] = []
        self.losses: list[tuple[int, str]] = []
        self.declared: dict[str, Declaration] = {}
        self.charts: list[Chart] = []

    def push(self, batch: Block | Sequence[Record]) -> None:
        self.blocks.append(batch if isinstance(batch, Block) else Block.of(batch))

    async def room(self) -> None:
        return None

    def lost(self, count: int, reason: str) -> None:
        self.losses.append((count, reason))

    def declare(self, declaration: Declaration) -> None:
        self.declared[declaration.channel] = declaration

    def chart(self, chart: Chart) -> None:
        self.charts.append(chart)

    def state(self, state: SourceState, detail: str = "") -> None:
        self.states.append((state, detail))

    @property
    def records(self) -> list[Record]:
        return [Record(*row) for block in self.blocks for row in zip(*block.whole(), strict=True)]

    @property
    def rows(self) -> int:
        return sum(block.rows for block in self.blocks)

    @property
    def lost_rows(self) -> int:
        return sum(count for count, _ in self.losses)

    @property
    def detail(self) -> str:
        return self.states[-1][1] if self.states else ""


class World(ABC):
    """A connector under test, and the source that it watches."""

    scheme: str
    """By which its URLs begin."""

    ends = False
    """Whether the source ends after what was published, so that `run` returns."""

    keeps: tuple[str, ...] = ("type", "id", "correlation_id", "causation_id", "payload")
    """Columns that come through unchanged."""

    @abstractmethod
    def connector(self) -> Connector:
        """A new connector to the same source."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Make the source emit `events`; called while the connector runs."""
        raise NotImplementedError

    def expected(self, event: Event) -> Mapping[str, Any]:
        """The values of all columns in `keeps` for an event."""
        raise NotImplementedError


async def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens soon."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel a run and wait until it has let go."""
    task.cancel()
    await asyncio.wait([task], timeout=10)
    assert task.done(), "the run goes on after it was cancelled"


async def killed(task: asyncio.Task[None], connector: Connector) -> None:
    """Kill the process that a run is in, and wait until the run has said so."""
    os.kill(process_id(connector), signal.SIGKILL)
    with pytest.raises(ConnectorError, match="SIGKILL"):
        await task


def process_id(connector: Connector) -> int:
    """The process that a connector says it runs in."""
    return int(connector.where.partition("pid ")[2].partition(")")[0])


async def stopped_or_killed(task: asyncio.Task[None], connector: Connector, chance: random.Random) -> None:
    """End a run one way or the other, the second only once it has a process."""
    if "pid" in connector.where and chance.random() < 0.5:
        await killed(task, connector)
    else:
        await stopped(task)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def run(connector: Connector, sink: Collected) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(connector.run(sink), name="run under test")


class ConnectorConformance:
    """What holds for every connector, whatever its source emits."""

    in_a_process = False
    """Whether runs are driven in a process of their own, as `run=process` does."""

    def driven(self, world: World) -> Connector:
        """A new connector to the source, where it shall run."""
        connector = world.connector()
        return Hosted(connector) if self.in_a_process else connector

    @pytest.fixture
    def world(self) -> World:
        raise NotImplementedError("return the World of your connector")

    def test_construction_touches_nothing_outside_of_the_process(self, world: World) -> None:
        before = open_files()
        assert world.connector().label
        assert open_files() == before

    def test_label_and_safety_are_one_line_each(self, world: World) -> None:
        connector = world.connector()
        for text in (connector.label, connector.safety, type(connector).summary):
            assert text.strip() == text
            assert text.isprintable()
        assert len(connector.label) <= 60
        assert len(connector.safety.split()) >= 4

    def test_every_option_says_what_it_is_for(self, world: World) -> None:
        options = describe(type(world.connector()).Options)
        assert [option.name for option in options if not option.part and not option.help] == []

    def test_an_unknown_option_is_refused_in_one_sentence(self, world: World) -> None:
        with pytest.raises(SourceUrlError) as refusal:
            read_options(f"{world.scheme}:?no_such_option={SECRET}", type(world.connector()).Options)
        assert "no_such_option" in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert SECRET not in str(refusal.value)

    def test_a_password_in_the_url_appears_nowhere(self, world: World) -> None:
        url = f"{world.scheme}://user:{SECRET}@host.invalid:1/path"
        kind = type(world.connector())
        try:
            connector = kind(read_options(url, kind.Options))
            told = connector.label + connector.safety
        except SourceUrlError as refusal:
            told = str(refusal)
        assert SECRET not in told

    def test_it_imports_neither_the_window_nor_the_core(self, world: World) -> None:
        module = Path(inspect.getfile(type(world.connector())))
        code = (
            f"import importlib, sys; sys.path[:0] = [{str(ROOT)!r}, {str(module.parent)!r}]\n"
            f"importlib.import_module({type(world.connector()).__module__!r})\n"
            "print(sorted(m for m in sys.modules if m.split('.')[0] in ('app', 'widgets', 'PySide6', 'qasync')))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
        assert (done.stdout, done.stderr) == ("[]\n", "")

    async def test_a_check_says_what_it_tried(self, world: World) -> None:
        results = [result async for result in world.connector().check()]
        assert results
        assert all(result.step and result.detail for result in results)

    async def test_a_run_cancelled_at_any_moment_leaves_nothing(self, world: World) -> None:
        await self._run_for(world, 0.05)  # what is made once, such as threads, is made here
        tasks, files = asyncio.all_tasks(), open_files()
        for turns in range(12):
            task = run(self.driven(world), Collected())
            for _ in range(turns):
                await asyncio.sleep(0)
            await stopped(task)
        await self._run_for(world, 0.03)
        assert asyncio.all_tasks() == tasks
        assert open_files() == files

    async def test_it_runs_again_after_it_was_stopped(self, world: World) -> None:
        connector = self.driven(world)
        for _ in range(2):
            sink = Collected()
            task = run(connector, sink)
            await eventually(lambda: bool(sink.states or sink.blocks) or task.done())  # noqa: B023
            await stopped(task)
            assert task.cancelled() or task.exception() is None

    async def _run_for(self, world: World, seconds: float) -> None:
        task = run(self.driven(world), Collected())
        await asyncio.sleep(seconds)
        await stopped(task)
        if not task.cancelled() and (error := task.exception()):
            assert isinstance(error, ConnectorError)


class DeliveryConformance(ConnectorConformance):
    """What holds for connectors whose source emits what the test says."""

    @pytest.fixture
    def corpus(self) -> list[Any]:
        """Payloads that have broken something somewhere; a world may leave out what its source cannot carry."""
        from tests.connectors.corpus import PAYLOADS

        return PAYLOADS

    async def test_rows_come_in_batches(self, world: World) -> None:
        sink = await self._deliver(world, [Event("load.tick", {"n": n}) for n in range(2_000)])
        assert sink.rows == 2_000
        assert len(sink.blocks) <= 200

    async def test_order_is_kept(self, world: World) -> None:
        events = [Event("order.tick", {"n": n}) for n in range(500)]
        sink = await self._deliver(world, events)
        assert [record.id for record in sink.records] == [event.id for event in events]

    async def test_columns_come_through_unchanged(self, world: World) -> None:
        root = Event("order.created", {"total": 5}, priority="CRITICAL", source="shop", metadata={"a": "b", "ü": 1})
        child = Event(
            "inventory.reserved", ["x"], priority="LOW", correlation_id=root.id, causation_id=root.id, category="stock"
        )
        sink = await self._deliver(world, [root, child])
        for event, record in zip((root, child), sink.records, strict=True):
            expected = world.expected(event)
            assert {name: getattr(record, name) for name in world.keeps} == {n: expected[n] for n in world.keeps}

    async def test_no_payload_harms_its_neighbours(self, world: World, corpus: list[Any]) -> None:
        events = [Event("hostile.payload", payload) for payload in corpus]
        sink = await self._deliver(world, events)
        for event, record in zip(events, sink.records, strict=True):
            assert record.payload == world.expected(event)["payload"]

    async def test_hostile_names_are_only_text(self, world: World) -> None:
        names = ["<img src='file:///etc/passwd'>", "../../x", "=cmd|' /C calc'!A0", "a\u202eb", "x" * 5_000, "%n${j}"]
        events = [Event(name, None, id=f"id {name}", source=name) for name in names]
        sink = await self._deliver(world, events)
        assert [record.type for record in sink.records] == names
        assert [record.id for record in sink.records] == [event.id for event in events]

    async def test_it_ends_exactly_when_its_source_does(self, world: World) -> None:
        sink = Collected()
        await world.publish([Event("last.words", {"n": 1})])
        task = run(self.driven(world), sink)
        if world.ends:
            await asyncio.wait([task], timeout=20)
            assert task.done()
            assert task.exception() is None
            assert sink.rows == 1
        else:
            await asyncio.sleep(0.1)
            assert not task.done()
            await stopped(task)

    async def _deliver(self, world: World, events: Sequence[Event]) -> Collected:
        """What a run hands over. A source that ends has its events before, another one meanwhile."""
        sink = Collected()
        if world.ends:
            await world.publish(events)
        task = run(self.driven(world), sink)
        try:
            if not world.ends:
                await eventually(lambda: bool(sink.states) or task.done())
                await world.publish(events)
            await eventually(lambda: sink.rows >= len(events) or task.done())
        finally:
            await stopped(task)
        assert sink.losses == []
        return sink
