"""NeuroGraph: what each component does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played import published, running

from eventscope import (
    Event,
    EventBus,
    EventHandler,
    EventPriority,
)
from examples.neurograph.dna import DNASpec
from examples.neurograph.event_type import EventType
from examples.neurograph.experience import reward_of
from examples.neurograph.graph import GraphManager, TokenGraph
from examples.neurograph.latest import CAPACITY
from examples.neurograph.spatial import CELL, Grid
from examples.neurograph.system import NeuroGraph

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
