"""NeuroGraph: what each component does, the document's checklist, and its three typical problems."""

from __future__ import annotations

import asyncio
import inspect
import logging
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played import published, running

from eventscope import (
    BusNotStarted,
    ConfigError,
    Event,
    EventBus,
    EventBusNotSet,
    EventEmitter,
    EventHandler,
    EventPriority,
    get_event_bus,
    set_event_bus,
    start_event_bus,
    stop_event_bus,
)
from eventscope.registration import Registration
from eventscope.step import Phase
from examples.neurograph.dna import DNAGuardian, DNASpec
from examples.neurograph.event_type import EventType
from examples.neurograph.experience import reward_of
from examples.neurograph.graph import GraphManager, TokenGraph
from examples.neurograph.latest import CAPACITY
from examples.neurograph.spatial import CELL, Grid
from examples.neurograph.system import BUS_FILE, NeuroGraph
from examples.neurograph.tokens import TokenFactory, TokenService

GOOD = {"coordinates": [1.0, 2.0, 3.0, 0, 0, 0, 0, 0], "type": "data"}
FAR = {"coordinates": [99.0, 0, 0, 0, 0, 0, 0, 0], "type": "data"}


@pytest.fixture
def bus():
    return EventBus(name="neurograph")


@pytest.fixture
def graph(bus):
    return NeuroGraph(bus)


async def test_a_created_token_is_indexed_validated_and_recorded(bus, graph):
    async with running(graph, bus) as steps:
        token = await graph.token_service.create_token(GOOD)
        await bus.stop()
    (created,) = published(steps, "token.created")
    assert created.source == "token_service"
    assert created.payload == {"token_id": token.id, "coordinates": list(token.coordinates), "token_type": "data"}
    (indexed,) = published(steps, "spatial.indexed")
    assert (indexed.causation_id, indexed.payload["cell"]) == (created.id, [0, 0, 0])
    assert [e.event_type for e in graph.experience.latest] == ["event.token.created"]
    assert published(steps, "dna.constraint_violated") == []


async def test_a_violation_is_critical_and_the_token_goes_everywhere(bus, graph):
    async with running(graph, bus) as steps:
        token = await graph.token_service.create_token(FAR)
        await bus.stop()
    (violated,) = published(steps, "dna.constraint_violated")
    assert violated.priority is EventPriority.CRITICAL
    assert violated.payload["violated_rule"] == "radius"
    (deleted,) = published(steps, "token.deleted")
    assert (deleted.causation_id, deleted.payload["token_id"]) == (violated.id, token.id)
    assert token.id not in graph.token_service.tokens
    assert len(graph.spatial_index.grid) == 0
    rewards = {e.event_type: e.reward for e in graph.experience.latest}
    assert rewards == {"event.token.created": 0.0, "event.token.deleted": -1.0}


async def test_a_token_that_was_withdrawn_meanwhile_is_neither_indexed_nor_connected(bus, graph):
    async with running(graph, bus) as steps:
        await bus.publish("token.deleted", {"token_id": "tok-1"})
        await bus.publish("token.created", {"token_id": "tok-1", "coordinates": [0.0] * 8, "token_type": "data"})
        await bus.publish(
            "spatial.indexed", {"token_id": "tok-1", "neighbours": [{"token_id": "tok-2", "distance": 1}]}
        )
        await bus.stop()
    assert len(graph.spatial_index.grid) == graph.graph_manager.graph.connections == 0
    assert published(steps, "graph.connection_added") == []


async def test_neighbours_are_connected_and_a_cluster_is_reported_once(bus, graph):
    async with running(graph, bus) as steps:
        for _ in range(12):
            await graph.token_service.create_token(GOOD)
        await graph.token_service.create_token(GOOD | {"coordinates": [30.0] + [0.0] * 7})
        await bus.stop()
        (cluster,) = graph.graph_manager.graph.find_clusters()
    assert len(cluster.nodes) == 12
    sizes = [event.payload["size"] for event in published(steps, "graph.cluster_detected")]
    assert sizes
    assert all(later >= 2 * earlier for earlier, later in pairwise(sizes))
    added = published(steps, "graph.connection_added")
    assert [event.payload["connection_type"] for event in added] == ["spatial"] * len(added)
    assert added[-1].payload["total_connections"] == graph.graph_manager.graph.connections


async def test_a_big_cluster_is_reported_as_urgent(bus):
    graph = TokenGraph()
    for number in range(102):
        graph.add_connection("hub", f"tok-{number}")
    manager, seen = GraphManager(graph, bus), []
    bus.subscribe(seen.append, types=EventType.GRAPH_CLUSTER_DETECTED)
    async with bus:
        await manager.detect_clusters()
    assert [(event.priority, event.payload["size"]) for event in seen] == [(EventPriority.HIGH, 103)]


async def test_an_update_changes_the_token_and_a_missing_one_is_an_error_event(bus, graph):
    async with running(graph, bus) as steps:
        token = await graph.token_service.create_token(GOOD)
        assert (await graph.token_service.update_token(token.id, {"weight": 0.9})).weight == 0.9
        assert await graph.token_service.update_token("tok-none", {"weight": 1}) is None
        await bus.stop()
    (updated,) = published(steps, "token.updated")
    assert updated.payload == {"token_id": token.id, "updates": {"weight": 0.9}}
    (error,) = published(steps, "error.token_not_found")
    assert (error.category, error.payload["error_message"]) == ("error", "Token tok-none not found")


async def test_evolution_mutates_the_dna_and_an_unknown_rule_is_refused(bus, graph):
    async with running(graph, bus) as steps:
        await graph.evolution.complete_generation(0.9, {"radius": 20.0})
        await graph.evolution.complete_generation(0.9, {"wingspan": 1})
        await bus.stop()
    (mutated,) = published(steps, "dna.mutated")
    assert mutated.priority is EventPriority.HIGH
    assert (mutated.payload["old_spec"]["radius"], mutated.payload["new_spec"]["radius"]) == (36.0, 20.0)
    assert graph.dna_guardian.spec.radius == 20.0
    (refused,) = published(steps, "error.mutation_refused")
    assert refused.payload["error_message"] == "the DNA has no rule wingspan"


def test_rewards_follow_category_and_priority():
    assert reward_of(Event("evolution.generation_completed")) == 1.0
    assert reward_of(Event("token.deleted", priority="CRITICAL")) == -1.0
    assert reward_of(Event("token.created")) == 0.0


@given(st.lists(st.tuples(*[st.floats(-40, 40)] * 3), max_size=40), st.tuples(*[st.floats(-40, 40)] * 3))
def test_the_grid_finds_what_looking_at_every_token_finds(places, here):
    grid = Grid()
    for number, place in enumerate(places):
        grid.add(f"tok-{number}", place)
    distance = [sum((a - b) ** 2 for a, b in zip(place, here, strict=True)) ** 0.5 for place in places]
    nearest = sorted(d for d in distance if d <= CELL)[:2]
    assert [d for d, _ in grid.nearest(here)] == pytest.approx(nearest)


def test_what_grows_for_ever_stays_bounded():
    grid, graph = Grid(), TokenGraph()
    for number in range(CAPACITY + 10):
        grid.add(f"tok-{number}", (float(number), 0.0, 0.0))
        graph.add_connection(f"tok-{number}", f"tok-{number + 1}")
    assert (len(grid), len(graph)) == (CAPACITY, CAPACITY)
    assert grid.nearest((0.0, 0.0, 0.0)) == []
    assert graph.connections == CAPACITY - 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=40))
def test_the_graph_is_undirected_whatever_is_added_and_removed(changes):
    graph, edges = TokenGraph(), set()
    for one, other, remove in changes:
        if remove:
            graph.remove(f"tok-{one}")
            edges = {edge for edge in edges if one not in edge}
        elif one != other:
            graph.add_connection(f"tok-{one}", f"tok-{other}")
            edges.add(frozenset((one, other)))
    assert graph.connections == len(edges)


def test_a_full_graph_forgets_whom_nobody_connected_for_longest():
    graph = TokenGraph()
    for number in range(CAPACITY - 1):
        graph.add_connection("hub", f"tok-{number}")
    graph.add_connection("hub", "new")
    assert len(graph) == CAPACITY
    assert graph.connections == CAPACITY - 1
    (cluster,) = graph.find_clusters()
    assert {"hub", "new"} <= cluster.nodes
    assert "tok-0" not in cluster.nodes


# The document's checklist


COMPONENTS = (TokenService, GraphManager, DNAGuardian)


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_component_is_an_emitter_that_takes_the_bus_and_documents_what_it_emits(component):
    assert issubclass(component, EventEmitter)
    assert "event_bus" in inspect.signature(component).parameters
    assert "mits `" in component.__doc__


def test_every_change_is_awaited():
    changes = (TokenService.create_token, TokenService.update_token, GraphManager.add_connection)
    assert all(map(inspect.iscoroutinefunction, (*changes, DNAGuardian.mutate_dna)))


async def test_a_component_needs_no_more_than_a_bus_that_takes_what_it_publishes():
    class Kept:
        published = ()

        async def publish(self, event):
            self.published += (event.type,)

    kept = Kept()
    await TokenService(TokenFactory(), kept).create_token(GOOD)
    assert kept.published == ("token.created",)


async def test_the_bus_is_configured_by_its_file():
    bus = EventBus.from_config(BUS_FILE)
    assert bus.name == "neurograph"


async def test_the_global_bus_is_made_from_the_file_started_and_stopped():
    set_event_bus(None)
    try:
        bus = await start_event_bus(BUS_FILE)
        assert bus is get_event_bus()
        assert bus.running
        await stop_event_bus()
        assert not bus.running
    finally:
        set_event_bus(None)


def test_a_wrong_key_in_the_file_is_named(tmp_path):
    wrong = tmp_path / "event_bus.yaml"
    wrong.write_text("event_bus:\n  max_queue: 5\n")
    with pytest.raises(ConfigError, match=r"event_bus\.yaml: event_bus\.max_queue is no option of the bus; use"):
        EventBus.from_config(wrong)


async def test_a_stop_delivers_all_that_waits_and_what_comes_of_it(bus, graph):
    async with running(graph, bus) as steps:
        for _ in range(50):
            bus.publish_nowait("token.created", {"token_id": "x", "coordinates": [0.0] * 8, "token_type": "data"})
        stopped = await bus.stop()
        assert (stopped.in_time, stopped.dropped) == (True, 0)
    phases = [step.phase for step in steps]
    assert phases.count(Phase.DELIVERED) == phases.count(Phase.HANDLED) > 150


# The three typical problems


def test_problem_1_no_bus_is_set_and_the_error_says_what_to_call():
    with pytest.raises(EventBusNotSet, match=r"EventBus not set: call EventHandler\.set_event_bus\(bus\) before"):
        Registration().register_all()


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


def test_the_decorated_handlers_are_those_of_the_document(bus, graph):
    EventHandler.register_all(bus, *graph.components)
    told = {info["name"]: (info["types"], info["categories"]) for info in bus.get_subscriptions_info()}
    assert told["dna_validation"] == (["token.created"], [])
    assert told["experience_recorder"] == ([], ["token", "graph", "evolution"])
    assert len(told) == 9


def test_the_rules_of_the_dna_are_told_by_name():
    spec = DNASpec()
    token = {"coordinates": [0.0] * 8, "token_type": "data"}
    assert spec.validate("create_token", token)
    assert spec.validate("anything_else", {})
    assert spec.violated_rule("create_token", token | {"coordinates": [0.0]}) == "dimensions"
    assert spec.violated_rule("create_token", token | {"token_type": "dream"}) == "token_types"
