"""A life as the monitor sees it: embedded, tapped from another process, and over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest
from played import embedded, listeners, rows_of, running, shapes, unheard

from eventscope import EventBus, EventPriority
from eventscope.step import Phase
from examples.life import tick_loop
from examples.life.stimulus import KINDS
from examples.life.system import Life


@pytest.fixture(scope="module")
def session():
    """A monitor that has watched it embedded."""
    return asyncio.run(embedded("life", rate=2500, seconds=1.0))


def test_the_shapes_of_its_traces(session):
    seen = shapes(session)
    ignored = "meaning.found(decision.made)"
    acted = "meaning.found(decision.made(action.taken))"
    costly = "meaning.found(decision.made(action.taken(memory.stored)))"
    possible = {f"life.{kind}({end})" for kind in KINDS for end in (ignored, acted, costly, "error.stage_failed")}
    assert set(seen) <= possible
    assert {f"life.{kind}({ignored})" for kind in KINDS} <= set(seen)
    assert {f"life.noise({costly})", f"life.shock({acted})"} <= set(seen)
    assert f"life.shock({costly})" not in seen, "the archive does not wait for what is critical"


def test_each_stimulus_keeps_its_priority_through_the_answer(session):
    rows = [row for row in rows_of(session) if row.phase == Phase.PUBLISHED and row.category != "metrics"]
    urgent = {row.correlation_id: row.priority for row in rows if row.category == "life"}
    answers = [row for row in rows if row.category in ("meaning", "decision", "action")]
    assert {row.priority for row in answers} == set(EventPriority)
    assert all(row.priority == urgent[row.correlation_id] for row in answers)


@pytest.fixture(scope="module")
def unhurried():
    """The same at its natural pace, with a report every twenty ticks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tick_loop, "REPORT_EVERY", 20)
        return asyncio.run(embedded("life", rate=390, seconds=2.2))


def test_the_ticks_report_gauges(unhurried):
    (snapshot,) = [row for row in rows_of(unhurried) if row.type == "life.snapshot"]
    gauges = json.loads(snapshot.payload)["gauges"]
    assert gauges["ticks"] == 20
    assert gauges["revived"] == 0
    assert all(isinstance(value, int | float) for value in gauges.values())
    shown = {gauge.name: gauge.values[-1] for gauge in unhurried.gauges.all}
    assert {name: shown[name] for name in gauges} == gauges


def test_a_critical_handler_is_late_now_and_then(unhurried):
    assert unhurried.breaches.total > 0
    assert unhurried.breaches.total < len([row for row in rows_of(unhurried) if row.phase == Phase.HANDLED]) / 2


def test_the_map_has_every_subscription_and_who_is_never_called(session):
    assert listeners(session) == {
        "async_event_processor": True,
        "memory_archive": True,
        "memory_recall": False,
        "vital_signs": True,
    }
    assert {"meaning.found", "decision.made", "error.stage_failed"} <= unheard(session)


async def test_nothing_is_left_running_when_the_demo_ends():
    await embedded("life", rate=500, seconds=0.2)
    assert "life processor" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
async def served():
    from examples.life.api import create_app

    bus = EventBus(name="life")
    life = Life(bus)
    async with running(life, bus):
        transport = httpx.ASGITransport(create_app(life))
        async with httpx.AsyncClient(transport=transport, base_url="http://life") as client:
            yield client


async def test_a_life_is_disturbed_and_read_over_http(served):
    given = await served.post("/stimuli/shock", params={"intensity": 0.9})
    assert (given.status_code, given.json()["id"]) == (202, given.json()["correlation_id"])
    while not (await served.get("/metrics")).json()["processor"]["answered"]:
        await asyncio.sleep(0.001)
    assert (await served.get("/state")).json()["answered"] == 1
    assert (await served.post("/stimuli/joy")).status_code == 422
