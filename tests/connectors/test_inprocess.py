"""`inprocess:` shows a bus of this process, with the same rows as a tap on it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import eventscope
from connectors.inprocess import InProcessConnector
from connectors.registry import open_source
from eventscope import Event, EventBus
from eventscope.connector import Record
from eventscope.step import Phase
from tests.connectors.conformance import Collected, eventually, run, stopped
from tests.connectors.corpus import PAYLOADS


async def fail(event: Event) -> None:
    raise ValueError("no")


async def child(event: Event) -> None:
    await asyncio.sleep(0)


def without_channel(record: Record) -> Record:
    return record._replace(channel=None)


async def test_it_gives_the_same_rows_as_a_tap(tmp_path: Path) -> None:
    through_tap, inside = Collected(), Collected()
    async with EventBus(name="both") as bus:
        bus.subscribe(child, types="*", name="child")
        bus.subscribe(fail, types="hostile.*", name="fail", retries=1, backoff=0.001)
        tasks = [
            run(open_source(f"tap:{tmp_path / 'tap.sock'}"), through_tap),
            run(InProcessConnector.attach(bus), inside),
        ]
        await eventually(lambda: bool(through_tap.states and inside.states))
        tap = bus.tap(tmp_path / "tap.sock")
        await eventually(lambda: tap.connected)
        for payload in PAYLOADS:
            await bus.publish(Event("hostile.payload", payload, metadata={"tenant": "x"}, priority="HIGH"))
        # published, two deliveries, handled, failed, retried, delivered, failed, dead-lettered
        expected = len(PAYLOADS) * 9
        await eventually(lambda: inside.rows == expected == through_tap.rows)
        await asyncio.to_thread(tap.close)
        for task in tasks:
            await stopped(task)
    assert [without_channel(r) for r in inside.records] == [without_channel(r) for r in through_tap.records]
    assert {Phase(record.phase) for record in inside.records} == {*Phase} - {Phase.DROPPED}


async def test_subscriptions_are_declared_and_again_when_they_have_changed() -> None:
    sink = Collected()
    async with EventBus(name="orders") as bus:
        task = run(InProcessConnector.attach(bus), sink)
        await eventually(lambda: "orders" in sink.declared)
        bus.subscribe(child, categories="order", name="late")
        await eventually(lambda: [s.name for s in sink.declared["orders"].subscriptions] == ["late"])
        await stopped(task)


async def test_more_than_can_be_read_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.inprocess.BUFFERED_STEPS", 100)
    sink = Collected()
    async with EventBus(name="orders") as bus:
        task = run(InProcessConnector.attach(bus), sink)
        await eventually(lambda: bool(sink.states))
        for n in range(1_000):
            bus.publish_nowait("flood", n)
        await stopped(task)
    assert sink.lost_rows > 0
    assert sink.rows + sink.lost_rows == 1_000


async def test_what_was_published_before_the_end_is_handed_over() -> None:
    sink = Collected()
    async with EventBus(name="orders") as bus:
        task = run(InProcessConnector.attach(bus), sink)
        await eventually(lambda: bool(sink.states))
        bus.publish_nowait("last")
        await stopped(task)
        bus.publish_nowait("too.late")
    assert [record.type for record in sink.records] == ["last"]


async def test_a_bus_of_another_thread_may_be_watched() -> None:
    ready, done = threading.Event(), threading.Event()
    bus = EventBus(name="elsewhere")

    async def program() -> None:
        async with bus:
            ready.set()
            while not done.is_set():
                await bus.publish("tick")
                await asyncio.sleep(0.001)

    thread = threading.Thread(target=lambda: asyncio.run(program()))
    thread.start()
    sink = Collected()
    try:
        await asyncio.to_thread(ready.wait)
        task = run(InProcessConnector.attach(bus), sink)
        await eventually(lambda: sink.rows > 50)
        await stopped(task)
    finally:
        done.set()
        await asyncio.to_thread(thread.join)


async def test_the_url_means_the_global_bus() -> None:
    sink = Collected()
    bus = await eventscope.start_event_bus()
    task = run(open_source("inprocess:"), sink)
    await eventually(lambda: bool(sink.states))
    await bus.publish("global")
    await eventually(lambda: sink.rows == 1)
    await stopped(task)
    await eventscope.stop_event_bus()
