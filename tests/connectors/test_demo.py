"""The embedded demo: believable, repeatable, and gone without a trace when it is stopped."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from connectors.demo.connector import PROGRAMS, SCENARIOS, DemoConnector, DemoOptions, run_scenario
from eventscope import EventBus, EventPriority
from eventscope.connector import SourceState
from eventscope.step import Phase, Step
from examples.defects import scenario as defects
from examples.life import scenario as life
from examples.neurograph import scenario as neurograph
from examples.orders import scenario as orders
from examples.roles import scenario as roles
from examples.world import swell
from tests.connectors.conformance import Collected

MODULES = {
    "orders": orders,
    "neurograph": neurograph,
    "life": life,
    "defects": defects,
    "roles": roles,
}


async def steps_of(scenario: str, *, seed: int = 5, rate: float = 1200.0, seconds: float = 0.4) -> list[Step]:
    """Every step of a scenario that ran to its end on a bus of its own."""
    seen: list[Step] = []
    async with EventBus(name="demo", max_queue_size=50_000) as bus:
        bus.observe(seen.append)
        await run_scenario(bus, scenario, rate=rate, seed=seed, seconds=seconds)
    return seen


def published(steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.phase is Phase.PUBLISHED]


def decisions(steps: list[Step]) -> list[tuple[object, ...]]:
    """What was decided, in order, whatever the timing: ids, types, payloads, who belongs to whom."""
    events = [step.event for step in published(steps)]
    return [(e.id, e.type, e.correlation_id, e.causation_id, e.priority, repr(e.payload)) for e in events]


@pytest.mark.parametrize("scenario", PROGRAMS)
async def test_the_same_seed_makes_the_same_events_in_the_same_order(scenario):
    assert decisions(await steps_of(scenario)) == decisions(await steps_of(scenario))


async def test_another_seed_makes_other_decisions():
    assert decisions(await steps_of("roles", seed=1)) != decisions(await steps_of("roles", seed=2))


@pytest.mark.parametrize("scenario", PROGRAMS)
async def test_a_scenario_publishes_about_as_many_events_as_it_says(scenario):
    events = [step.event for step in published(await steps_of(scenario, rate=2500, seconds=0.6))]
    begun = sum(event.causation_id is None for event in events)
    assert len(events) / begun == pytest.approx(MODULES[scenario].EVENTS_EACH, rel=0.15)


def test_the_rate_breathes_around_its_average():
    moments = [swell(second / 10) for second in range(0, 161 * 40 * 10)]
    assert sum(moments) / len(moments) == pytest.approx(1, abs=0.02)
    assert max(moments) > 3
    assert min(moments) < 0.6


@pytest.mark.parametrize("scenario", PROGRAMS)
async def test_every_event_but_the_first_of_a_trace_has_a_cause_in_it(scenario):
    events = {step.event.id: step.event for step in published(await steps_of(scenario))}
    caused = [event for event in events.values() if event.causation_id]
    assert caused
    for event in caused:
        assert events[event.causation_id].correlation_id == event.correlation_id


async def test_a_failed_payment_is_compensated():
    events = {step.event.id: step.event for step in published(await steps_of("orders"))}
    ways = [way_to(event, events) for event in events.values() if event.type == "order.cancelled"]
    assert [
        "order.created",
        "inventory.reserved",
        "payment.failed",
        "inventory.reservation.cancelled",
        "order.cancelled",
    ] in ways


def way_to(event, events) -> list[str]:
    way = [event.type]
    while event.causation_id:
        event = events[event.causation_id]
        way.insert(0, event.type)
    return way


async def test_orchestrated_orders_are_marked_and_stand_beside_the_others():
    steps = published(await steps_of("orders"))
    led = {s.event.correlation_id for s in steps if "saga" in s.event.metadata}
    orders = {s.event.correlation_id for s in steps if s.event.type == "order.created"}
    assert 0.1 < len(led) / len(orders) < 0.35
    assert all("saga" in s.event.metadata for s in steps if s.event.correlation_id in led)


async def test_it_has_troubles_to_find():
    steps = await steps_of("all", rate=2500)
    phases = Counter(step.phase for step in steps)
    assert phases[Phase.FAILED] > phases[Phase.RETRIED] >= phases[Phase.DEAD_LETTERED] > 0
    unheard = {step.event.type for step in published(steps) if step.fanout == 0}
    assert "cart.abandoned" in unheard
    assert {step.event.priority for step in published(steps)} == set(EventPriority)
    assert len({step.event.source for step in published(steps)}) > 15


async def test_what_is_subscribed_to_is_known_and_some_of_it_never_fires():
    async with EventBus(name="demo", max_queue_size=50_000) as bus:
        await run_scenario(bus, rate=800, seed=5, seconds=0.4)
    never = {info["name"] for info in bus.get_subscriptions_info()} - heard(await steps_of("all", rate=800))
    assert {"loyalty_points", "archive"} <= never


def heard(steps: list[Step]) -> set[str | None]:
    return {step.subscription for step in steps}


def test_each_scenario_can_be_named_and_the_shares_add_up():
    assert set(SCENARIOS) == {"neurograph", "defects", "orders", "roles", "life", "all"}
    assert sum(share for _, share in PROGRAMS.values()) == pytest.approx(1)


@pytest.mark.parametrize("wrong", [{"path": "ordres"}, {"rate": 0.0}, {"rate": 1e9}, {"seconds": -1.0}])
def test_wrong_options_are_refused_in_one_sentence(wrong):
    with pytest.raises(ValueError, match=r"use one of|takes"):
        DemoOptions(**wrong)


async def test_the_connector_shows_every_step_and_says_who_subscribes():
    sink = Collected()
    await DemoConnector(DemoOptions(path="orders", rate=1200, seed=5, seconds=0.4)).run(sink)
    expected = Counter(step.phase for step in await steps_of("orders"))
    assert Counter(row.phase for row in sink.records) == expected
    assert len(sink.declared["demo:orders"].subscriptions) == 22
    assert SourceState.LIVE in {state for state, _ in sink.states}
    assert sink.losses == []


async def test_made_up_failures_are_shown_and_not_logged(caplog):
    sink = Collected()
    await DemoConnector(DemoOptions(path="defects", rate=1200, seconds=0.4)).run(sink)
    failed = [row for row in sink.records if row.phase == Phase.FAILED]
    assert failed
    assert all("почтовый сервер разорвал соединение" in row.error for row in failed)
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_demo_that_is_stopped_while_a_mail_is_tried_again_logs_nothing(caplog):
    sink = Collected()
    playing = asyncio.get_running_loop().create_task(DemoConnector(DemoOptions("defects", rate=1200, seed=5)).run(sink))
    while not any(row.phase == Phase.FAILED for row in sink.records):
        await asyncio.sleep(0.005)
    playing.cancel()
    await asyncio.wait([playing])
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_cancelled_connector_leaves_no_task_behind():
    before = asyncio.all_tasks()
    sink = Collected()
    playing = asyncio.get_running_loop().create_task(DemoConnector(DemoOptions(rate=300)).run(sink))
    while sink.rows < 50:
        await asyncio.sleep(0.01)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert asyncio.all_tasks() == before


def test_two_demos_have_names_that_tell_them_apart():
    assert DemoConnector(DemoOptions()).label == "demo"
    assert DemoConnector(DemoOptions(path="life")).label == "demo:life"
