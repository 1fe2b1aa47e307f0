"""NeuroGraph as the monitor sees it: embedded, tapped from another process, and over HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest
from played import embedded, events_of, listeners, phases_of, rows_of, running, shapes, steps_of, unheard

from eventscope import EventBus, EventPriority
from eventscope.step import Phase
from examples.neurograph.system import NeuroGraph


@pytest.fixture(scope="module")
def session():
    """A monitor that has watched it embedded."""
    return asyncio.run(embedded("neurograph", rate=2000, seconds=0.6))


async def test_the_monitor_sees_each_step_that_the_bus_took():
    steps, session = await steps_of("neurograph"), await embedded("neurograph")
    assert events_of(session) == [
        (e.id, e.type, e.source, e.correlation_id, e.causation_id, e.priority)
        for e in (step.event for step in steps if step.phase is Phase.PUBLISHED)
    ]
    assert phases_of(session) == Counter(step.phase for step in steps)
    assert session.counters().lost == session.counters().dropped == 0


def test_the_shapes_of_its_traces(session):
    seen = shapes(session)
    indexed = "token.created(spatial.indexed)"
    connected = "token.created(spatial.indexed(graph.connection_added, graph.connection_added))"
    withdrawn = "token.created(dna.constraint_violated(token.deleted))"
    mutated = "evolution.generation_completed(dna.mutated)"
    assert {indexed, connected, withdrawn, mutated, "token.updated", "error.token_not_found"} <= set(seen)
    begun = {shape.partition("(")[0] for shape in seen}
    assert begun == {"token.created", "token.updated", "error.token_not_found", "evolution.generation_completed"}


def test_violations_are_critical_rows_and_lead_to_nothing_else(session):
    critical = {row.type for row in rows_of(session) if row.priority == EventPriority.CRITICAL}
    assert critical == {"dna.constraint_violated", "token.deleted"}


def test_the_map_has_every_subscription_and_who_is_never_called(session):
    assert listeners(session) == {
        "token_withdrawal": True,
        "graph_growth": True,
        "graph_cleanup": True,
        "dna_validation": True,
        "dna_mutation": True,
        "spatial_index": True,
        "spatial_cleanup": True,
        "spatial_rebuild": False,
        "experience_recorder": True,
    }
    assert {"error.token_not_found", "experience.batch_stored"} <= unheard(session)


@pytest.fixture
async def served():
    from examples.neurograph.api import create_app

    bus = EventBus(name="neurograph")
    graph = NeuroGraph(bus)
    async with running(graph, bus):
        transport = httpx.ASGITransport(create_app(graph))
        async with httpx.AsyncClient(transport=transport, base_url="http://neurograph") as client:
            yield client


async def test_tokens_are_created_and_changed_over_http(served):
    created = await served.post("/tokens", json={"coordinates": [0.0] * 8, "type": "data"})
    assert created.status_code == 201
    token_id = created.json()["id"]
    changed = await served.patch(f"/tokens/{token_id}", json={"weight": 1.0})
    assert changed.json()["weight"] == 1.0
    missing = await served.patch("/tokens/tok-none", json={"weight": 1.0})
    assert (missing.status_code, missing.json()) == (404, {"detail": "token tok-none not found"})
    assert (await served.post("/tokens", json={"coordinates": "near"})).status_code == 422


async def test_metrics_and_subscriptions_are_served(served):
    await served.post("/tokens", json={"coordinates": [0.0] * 8, "type": "data"})
    metrics = (await served.get("/metrics/events")).json()
    assert metrics["published"] >= 1
    assert set(metrics["latency_ms"]) == {"CRITICAL", "HIGH", "NORMAL", "LOW"}
    subscriptions = (await served.get("/metrics/subscriptions")).json()
    assert {"dna_validation", "experience_recorder"} <= {each["name"] for each in subscriptions}
    experience = (await served.get("/experience", params={"last": 1})).json()
    assert len(experience["latest"]) <= 1
