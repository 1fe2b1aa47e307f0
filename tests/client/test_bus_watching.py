"""Observers, metrics, the log line: what can be known about a bus."""

import asyncio
import json
import logging
import multiprocessing
import os
import statistics
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventscope import Event, EventBus, EventPriority, Phase
from eventscope.event import new_id
from eventscope.histogram import Histogram
from eventscope.logline import event_line
from eventscope.step import UNKNOWN


async def test_an_observer_is_told_the_whole_life_with_its_times():
    bus, steps = EventBus(), []
    unobserve = bus.observe(steps.append)

    async def work(event):
        await asyncio.sleep(0.002)

    bus.subscribe(work, name="worker")
    event = Event("a.b")
    async with bus:
        await bus.publish(event)
    published, delivered, handled = steps
    assert (published.phase, published.fanout, published.queue_ns) == (Phase.PUBLISHED, 1, UNKNOWN)
    assert (delivered.phase, delivered.subscription, delivered.attempt) == (Phase.DELIVERED, "worker", 1)
    assert (handled.phase, handled.error, handled.event) == (Phase.HANDLED, None, event)
    assert handled.queue_ns == delivered.queue_ns >= 0
    assert handled.handle_ns >= 2_000_000
    assert handled.total_ns == handled.queue_ns + handled.handle_ns
    assert event.timestamp <= published.at <= delivered.at <= handled.at
    unobserve()
    unobserve()
    async with bus:
        await bus.publish("a.b")
    assert len(steps) == 3


async def test_an_event_that_nobody_wants_is_published_all_the_same():
    bus, steps = EventBus(), []
    bus.observe(steps.append)
    async with bus:
        assert await bus.publish("a.b")
    assert [(s.phase, s.fanout) for s in steps] == [(Phase.PUBLISHED, 0)]


async def test_an_observer_that_raises_is_detached_after_five_errors_and_harms_nobody(caplog):
    bus, told, others = EventBus(), [], []

    def broken(step):
        told.append(step)
        raise RuntimeError("broken observer")

    bus.observe(broken)
    bus.observe(others.append)
    async with bus:
        for _ in range(10):
            await bus.publish("a.b")
    assert len(told) == 5
    assert len(others) == 10
    assert "failed 5 times and is detached" in caplog.text


async def test_metrics_tell_depth_latency_and_counts():
    bus = EventBus(concurrency=1)
    bus.subscribe(lambda event: asyncio.sleep(0.002))
    async with bus:
        for priority in ("LOW", "CRITICAL", "CRITICAL"):
            bus.publish_nowait("a.b", priority=priority)
        depth = bus.get_metrics()["queue_depth"]
        await asyncio.sleep(0)
    assert depth == {"CRITICAL": 2, "HIGH": 0, "NORMAL": 0, "LOW": 1}
    metrics = bus.get_metrics()
    assert metrics["published"] == metrics["handled"] == 3
    critical = metrics["latency_ms"]["CRITICAL"]
    assert critical["handle"]["count"] == critical["queue"]["count"] == critical["total"]["count"] == 2
    assert 2 <= critical["handle"]["p50"] <= critical["handle"]["p99"] <= critical["handle"]["max"]
    assert metrics["latency_ms"]["HIGH"]["handle"] == {"p50": None, "p95": None, "p99": None, "max": None, "count": 0}
    json.dumps([metrics, bus.get_subscriptions_info()], allow_nan=False)


async def test_rates_and_uptime_belong_to_the_run():
    bus = EventBus()
    assert bus.get_metrics()["uptime_s"] == 0
    assert set(bus.get_metrics()["rates"].values()) == {0.0}
    bus.subscribe(lambda event: None)
    async with bus:
        for _ in range(10):
            await bus.publish("a.b")
        await asyncio.sleep(0.01)
        metrics = bus.get_metrics()
        assert metrics["uptime_s"] > 0
        assert metrics["rates"]["published"] == pytest.approx(10 / metrics["uptime_s"], rel=0.5)
    assert set(bus.get_metrics()["rates"].values()) == {0.0}


async def test_without_metrics_there_are_counts_and_no_latencies():
    bus = EventBus(enable_metrics=False)
    bus.subscribe(lambda event: None)
    async with bus:
        await bus.publish("a.b")
    assert bus.get_metrics()["handled"] == 1
    assert bus.get_metrics()["latency_ms"] == {}


async def test_subscriptions_tell_what_they_want_and_how_it_went():
    bus = EventBus()

    async def handle(event):
        raise ValueError("no")

    bus.subscribe(handle, types=["a.*"], categories="a", priority="HIGH", name="audit")
    before = bus.get_subscriptions_info()[0]
    assert before["last_seen"] is None
    event = Event("a.b", priority="HIGH")
    async with bus:
        await bus.publish(event)
    (info,) = bus.get_subscriptions_info()
    assert (info["name"], info["types"], info["categories"], info["priority"]) == ("audit", ["a.*"], ["a"], "HIGH")
    assert info["handler"].endswith("test_subscriptions_tell_what_they_want_and_how_it_went.<locals>.handle")
    assert (info["delivered"], info["handled"], info["failed"], info["dead_lettered"]) == (1, 0, 1, 1)
    assert (info["queued"], info["last_error"], info["active"]) == (0, "ValueError: no", True)
    assert info["last_seen"] >= event.timestamp


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=300))
def test_percentiles_are_within_two_in_a_hundred(values):
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    ordered = sorted(values)
    for fraction in (0.5, 0.95, 0.99):
        exact = next(v for i, v in enumerate(ordered, 1) if i >= fraction * len(ordered))
        assert histogram.percentiles(fraction)[0] == pytest.approx(exact, rel=0.02, abs=1)
    assert histogram.count == len(values)
    assert histogram.largest == max(values)


def test_durations_beyond_all_bounds_are_counted():
    histogram = Histogram()
    for _ in range(2):
        histogram.add(2**70)
    assert histogram.summary()["count"] == 2
    assert statistics.fmean([histogram.summary()["max"]]) == 2**70 / 1e6


LINE = '[EVENT] project.created | ID: 7 | User: 1 | Data: {"name":"Тестовый проект","user_id":1}'


async def test_log_events_writes_the_seeds_line(caplog):
    caplog.set_level(logging.INFO, logger="eventscope.events")
    bus = EventBus(log_events=True)
    async with bus:
        await bus.publish("project.created", {"name": "Тестовый проект", "user_id": 1}, id="7")
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [("eventscope.events", "INFO", LINE)]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("a.b", id="1"), "[EVENT] a.b | ID: 1 | User: - | Data: null"),
        (Event("a.b", 3, id="1", metadata={"user_id": "u"}), "[EVENT] a.b | ID: 1 | User: u | Data: 3"),
        (Event("a\n[EVENT] fake", id="\x1b[31m"), "[EVENT] a\\n[EVENT] fake | ID: \\x1b[31m | User: - | Data: null"),
        (Event("a.b", b"\xff\n", id="1"), "[EVENT] a.b | ID: 1 | User: - | Data: \\xff\\n"),
        (Event("a.b", {"x": "\u202e\ud800"}, id="1"), '[EVENT] a.b | ID: 1 | User: - | Data: {"x":"\\u202e\\ud800"}'),
    ],
)
def test_a_hostile_event_stays_one_line(event, line):
    assert event_line(event) == line


@given(st.recursive(st.none() | st.text() | st.floats() | st.binary(), lambda inner: st.dictionaries(st.text(), inner)))
def test_the_log_line_of_any_payload_is_printable(payload):
    line = event_line(Event("a.b", payload))
    assert line.isprintable()
    line.encode("utf-8")


async def test_a_payload_that_cannot_be_shown_does_not_stop_its_event(caplog):
    class Nasty:
        def __repr__(self):
            raise RuntimeError

    caplog.set_level(logging.INFO, logger="eventscope.events")
    bus, seen = EventBus(log_events=True), []
    bus.subscribe(seen.append)
    async with bus:
        await bus.publish("a.b", {"nasty": Nasty()})
    assert len(seen) == 1
    assert len(caplog.records) == 1


def ids_of_a_child(pipe):
    pipe.send([new_id() for _ in range(100)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_forked_programs_make_different_ids():
    new_id()
    context = multiprocessing.get_context("fork")
    ids = [new_id() for _ in range(100)]
    for _ in range(2):
        mine, theirs = context.Pipe()
        child = context.Process(target=ids_of_a_child, args=(theirs,))
        child.start()
        ids += mine.recv()
        child.join()
    assert len(set(ids)) == 300


def test_threads_make_different_ids():
    made = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(2_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_a_priority_is_found_by_name_or_number():
    assert EventPriority.parse("critical") is EventPriority.parse(3) is EventPriority.CRITICAL
    with pytest.raises(ValueError, match="use one of CRITICAL, HIGH, NORMAL, LOW"):
        EventPriority.parse("urgent")
