"""The seed document's checklist of an integration, item by item, and its three typical problems."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re

import pytest
from played import ROOT, published, running

from eventscope import (
    BusNotStarted,
    ConfigError,
    EventBus,
    EventBusNotSet,
    EventEmitter,
    EventHandler,
    get_event_bus,
    set_event_bus,
    start_event_bus,
    stop_event_bus,
)
from eventscope.registration import Registration
from eventscope.step import Phase
from examples.neurograph.dna import DNAGuardian, DNASpec
from examples.neurograph.evolution import EvolutionEngine
from examples.neurograph.experience import ExperienceRecorder
from examples.neurograph.graph import GraphManager, TokenGraph
from examples.neurograph.spatial import SpatialIndex
from examples.neurograph.system import BUS_FILE, NeuroGraph
from examples.neurograph.tokens import TokenFactory, TokenService

GOOD = {"coordinates": [1.0, 2.0, 3.0, 0, 0, 0, 0, 0], "type": "data"}
COMPONENTS = (TokenService, GraphManager, DNAGuardian, ExperienceRecorder, SpatialIndex, EvolutionEngine)
README = (ROOT / "examples" / "neurograph" / "README.md").read_text()


@pytest.fixture
def bus():
    return EventBus(name="neurograph")


@pytest.fixture
def graph(bus):
    return NeuroGraph(bus)


@pytest.fixture
def no_global_bus():
    set_event_bus(None)
    yield
    set_event_bus(None)


class MockBus:
    """What the document calls a mock: it takes what is published, and nothing else."""

    def __init__(self):
        self.types = []

    async def publish(self, event):
        self.types.append(event.type)

    def publish_nowait(self, event):
        self.types.append(event.type)
        return True


# For each component


@pytest.mark.parametrize("component", COMPONENTS)
def test_item_1_it_inherits_from_event_emitter(component):
    assert issubclass(component, EventEmitter)


@pytest.mark.parametrize("component", COMPONENTS)
def test_item_2_its_constructor_takes_the_event_bus(component):
    assert "event_bus" in inspect.signature(component).parameters


def test_item_3_methods_are_async_where_something_is_published():
    changes = (
        *(TokenService.create_token, TokenService.update_token, GraphManager.add_connection),
        *(GraphManager.detect_clusters, DNAGuardian.mutate_dna, EvolutionEngine.complete_generation),
    )
    assert all(map(inspect.iscoroutinefunction, changes))
    assert not inspect.iscoroutinefunction(DNAGuardian.validate), "the document asks it without waiting"


async def test_item_4_each_change_is_emitted_after_it_was_made():
    bus, seen = MockBus(), []
    tokens = TokenService(TokenFactory(), bus)

    async def publish(event):
        seen.append((event.type, dict(tokens.tokens)))

    bus.publish = publish
    token = await tokens.create_token(GOOD)
    await tokens.update_token(token.id, {"weight": 0.9})
    assert [type_ for type_, _ in seen] == ["token.created", "token.updated"]
    assert seen[0][1] == {token.id: token}
    assert seen[1][1][token.id].weight == 0.9


async def test_item_5_it_reacts_through_decorated_handlers(bus, graph):
    EventHandler.register_all(bus, *graph.components)
    told = {info["name"]: (info["types"], info["categories"]) for info in bus.get_subscriptions_info()}
    assert told["dna_validation"] == (["token.created"], [])
    assert told["experience_recorder"] == ([], ["token", "graph", "evolution"])
    assert len(told) == 9


@pytest.mark.parametrize(
    ("change", "types"),
    [
        (lambda bus: TokenService(TokenFactory(), bus).create_token(GOOD), ["token.created"]),
        (lambda bus: TokenService(TokenFactory(), bus).update_token("tok-none", {}), ["error.token_not_found"]),
        (lambda bus: GraphManager(TokenGraph(), bus).add_connection("a", "b"), ["graph.connection_added"]),
        (lambda bus: DNAGuardian(DNASpec(), bus).mutate_dna({"radius": 9.0}), ["dna.mutated"]),
        (lambda bus: EvolutionEngine(bus).complete_generation(0.9, {}), ["evolution.generation_completed"]),
    ],
)
async def test_item_6_it_is_tested_with_a_mock_of_the_bus(change, types):
    bus = MockBus()
    await change(bus)
    assert bus.types == types


@pytest.mark.parametrize("component", COMPONENTS)
def test_item_7_the_events_that_it_generates_are_documented(component):
    source = inspect.getsource(inspect.getmodule(component))
    told = set(re.findall(r"`([a-z]+\.[a-z_]+)`", component.__doc__))
    row = next(line for line in README.splitlines() if line.startswith(f"| `{component.__name__}` |"))
    assert told
    assert told == set(re.findall(r"`([a-z]+\.[a-z_]+)`", row.split("|")[2])), "the README says the same"
    assert source.count("self.emit") >= len(told)


# For the whole


async def test_item_8_there_is_a_global_bus_made_from_the_configuration(no_global_bus):
    bus = await start_event_bus(BUS_FILE)
    assert bus is get_event_bus()
    assert bus.running
    await stop_event_bus()
    assert not bus.running


async def test_item_9_the_main_file_starts_everything_and_stops_it_gracefully(bus, graph):
    async with running(graph, bus) as steps:
        for _ in range(50):
            bus.publish_nowait("token.created", {"token_id": "x", "coordinates": [0.0] * 8, "token_type": "data"})
        stopped = await bus.stop()
        assert (stopped.in_time, stopped.dropped) == (True, 0)
    phases = [step.phase for step in steps]
    assert phases.count(Phase.DELIVERED) == phases.count(Phase.HANDLED) > 150


def test_item_10_the_bus_is_configured_by_event_bus_yaml(tmp_path):
    bus = EventBus.from_config(BUS_FILE)
    assert BUS_FILE.name == "event_bus.yaml"
    assert bus.name == "neurograph"
    text = BUS_FILE.read_text()
    assert {"max_queue_size", "enable_metrics", "log_events"} <= set(re.findall(r"^  (\w+):", text, flags=re.M))
    wrong = tmp_path / "event_bus.yaml"
    wrong.write_text("event_bus:\n  max_queue: 5\n")
    with pytest.raises(ConfigError, match=r"event_bus\.yaml: event_bus\.max_queue is no option of the bus; use"):
        EventBus.from_config(wrong)


async def test_item_11_all_components_work_together(bus, graph):
    async with running(graph, bus) as steps:
        token = await graph.token_service.create_token(GOOD)
        await graph.token_service.create_token(GOOD)
        await graph.evolution.complete_generation(0.9, {"radius": 20.0})
        await bus.stop()
    types = [event.type for event in published(steps)]
    assert {"spatial.indexed", "graph.connection_added", "dna.mutated"} <= set(types)
    assert token.id in graph.token_service.tokens
    assert graph.experience.recorded == len([type_ for type_ in types if type_.split(".")[0] in RECORDED])


RECORDED = ("token", "graph", "evolution")


def test_item_12_the_documentation_says_what_to_see_and_where_things_are():
    assert all(f"`{component.__name__}`" in README for component in COMPONENTS)
    assert {"## What to see in the monitor", "## Where things are"} <= set(README.splitlines())


async def test_item_13_metrics_and_subscriptions_can_be_watched(bus, graph):
    async with running(graph, bus):
        await graph.token_service.create_token(GOOD)
        await bus.stop()
    metrics = bus.get_metrics()
    assert (metrics["published"], metrics["failed"]) == (2, 0)
    assert sum(info["delivered"] for info in bus.get_subscriptions_info()) == metrics["handled"] > 0


# The three typical problems


def test_problem_1_no_bus_is_set_and_the_error_says_what_to_call():
    with pytest.raises(EventBusNotSet, match=r"EventBus not set: call EventHandler\.set_event_bus\(bus\) before"):
        Registration().register_all()


async def test_problem_1_after_what_the_error_says_the_handlers_work(bus, graph):
    EventHandler.set_event_bus(bus)
    try:
        EventHandler.register_all(bus, *graph.components)
        async with bus:
            await graph.token_service.create_token(GOOD)
    finally:
        EventHandler.set_event_bus(None)
    assert graph.experience.recorded == 1


async def test_problem_2_the_bus_is_not_started_and_the_error_says_what_to_await(bus, graph):
    with pytest.raises(BusNotStarted, match=r"call `await bus\.start\(\)`"):
        await graph.token_service.create_token(GOOD)


async def test_problem_2_the_subscriptions_tell_a_filter_that_blocks_from_a_type_that_never_comes(bus):
    bus.subscribe(print, types="token.created", filter=lambda event: False, name="blocked")
    bus.subscribe(print, types="token.creatd", name="misspelt")
    async with bus:
        await bus.publish("token.created")
    told = {info["name"]: (info["filtered"], info["delivered"]) for info in bus.get_subscriptions_info()}
    assert told == {"blocked": (1, 0), "misspelt": (0, 0)}


async def test_problem_2_events_are_logged_when_asked_for(caplog):
    caplog.set_level(logging.INFO, "eventscope.events")
    async with EventBus(log_events=True) as bus:
        await bus.publish("token.created", {"token_id": "tok-1"})
    assert "[EVENT] token.created" in caplog.text


async def test_problem_3_heavy_work_in_the_background_stays_in_the_trace_and_holds_nobody_up(bus):
    background, steps = set(), []
    bus.observe(steps.append)
    done = asyncio.Event()

    async def heavy():
        await done.wait()
        await bus.publish("token.digested")

    async def handle(event):
        background.add(asyncio.get_running_loop().create_task(heavy()))

    bus.subscribe(handle, types="token.created", concurrency=1)
    async with bus:
        await bus.publish("token.created")
        while not [step for step in steps if step.phase is Phase.HANDLED]:
            await asyncio.sleep(0)
        done.set()
        await asyncio.wait(background)
    (created,), (digested,) = published(steps, "token.created"), published(steps, "token.digested")
    assert (digested.causation_id, digested.correlation_id) == (created.id, created.id)


async def test_problem_3_a_slow_handler_shows_in_the_metrics(bus):
    async def slow(event):
        await asyncio.sleep(0.05)

    bus.subscribe(slow, name="slow")
    async with bus:
        await bus.publish("token.created", priority="CRITICAL")
    assert bus.get_metrics()["latency_ms"]["CRITICAL"]["handle"]["p50"] > 40
