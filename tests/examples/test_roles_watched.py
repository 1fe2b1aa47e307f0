"""The roles as the monitor sees them: embedded, tapped from another process, and over HTTP."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from played import embedded, listeners, rows_of, running, shapes, unheard

from eventscope import EventBus
from eventscope.step import Phase
from examples.roles.scenario import REPORT_EVERY
from examples.roles.system import Roles

CHANGED = "(role.cache_updated)"


@pytest.fixture(scope="module")
def session():
    """A monitor that has watched it embedded."""
    return asyncio.run(embedded("roles", rate=2000, seconds=0.8))


def test_the_shapes_of_its_traces(session):
    seen = shapes(session)
    changes = ("role.set", "role.admin_added", "role.admin_removed", "role.admin_transferred")
    assert set(seen) == {
        *(f"{change}{CHANGED}" for change in changes),
        *(shape for shape in seen if shape in changes),
        "message.received(access.decided)",
        "user.upserted",
        "roles.cache.stats",
    }


def test_a_change_that_the_cache_missed_is_a_dead_letter_without_a_child(session):
    lost = [row for row in rows_of(session) if row.phase == Phase.DEAD_LETTERED]
    assert lost
    assert {(row.subscription, row.error) for row in lost} == {
        ("role_change_tracker", "Outage: the cache did not answer within 50 ms")
    }
    seen = shapes(session)
    assert len(lost) == sum(count for shape, count in seen.items() if shape.startswith("role.") and "(" not in shape)


def test_the_figures_of_the_cache_come_as_gauges(session):
    stats = [row for row in rows_of(session) if row.type == "roles.cache.stats"]
    begun = [row for row in rows_of(session) if row.phase == Phase.PUBLISHED and row.causation_id is None]
    assert len(stats) == len(begun) // REPORT_EVERY > 3
    assert {row.category for row in stats} == {"metrics"}
    gauges = json.loads(stats[-1].payload)["gauges"]
    assert all(isinstance(value, int | float) for value in gauges.values())
    assert {"hit_rate_percent", "events_processed", "event_handlers", "size"} <= set(gauges)
    assert gauges["event_handlers"] == 2
    assert gauges["hit_rate_percent"] > 90
    assert gauges["ttl_stale_answers"] > 0
    assert {gauge.name: gauge.values[-1] for gauge in session.gauges.all} == gauges, "the panel shows the last of them"


def test_the_map_has_every_subscription_and_who_is_never_called(session):
    assert listeners(session) == {
        "role_change_tracker": True,
        "role_cache_warmup": True,
        "cache_reset": False,
        "roles_middleware": True,
        "audit_trail": True,
    }
    assert unheard(session) == {"role.cache_updated", "roles.cache.stats"}


@pytest.fixture
async def served():
    from examples.roles.api import create_app

    bus = EventBus(name="roles")
    roles = Roles(bus)
    async with running(roles, bus):
        transport = httpx.ASGITransport(create_app(roles))
        async with httpx.AsyncClient(transport=transport, base_url="http://roles") as client:
            yield client


async def test_roles_are_read_and_changed_over_http(served):
    assert (await served.get("/users/7/role")).status_code == 404
    assert (await served.put("/users/7/role", params={"role": "admin"})).status_code == 404
    assert (await served.put("/users/7", params={"username": "marta"})).json()["role"] == "user"
    assert (await served.put("/users/7/role", params={"role": "king"})).status_code == 422
    assert (await served.put("/users/7/role", params={"role": "admin"})).json()["version"] == 2
    assert (await served.get("/users/7/role")).json() == {"role": "admin"}
    assert (await served.get("/cache_stats")).json()["event_handlers"] == 2
