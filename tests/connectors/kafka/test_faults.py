"""Brokers that die, wires that break, logs that change: nothing is lost or repeated without a word."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kafka_broker import KafkaBroker, running_broker
from kafka_world import Cluster, connector, gaps, numbered, supervised, tailing, values
from runners import both_runners
from stopwatch import Stopwatch
from wire_proxy import WireProxy

from eventscope.connector import SourceState
from tests.connectors.conformance import Collected, eventually


def integers(sink: Collected) -> list[int]:
    return [int(value) for value in values(sink) if value is not None]


@both_runners
async def test_a_cut_wire_loses_and_repeats_nothing(
    cluster: Cluster, name: str, wire: WireProxy, back: Stopwatch
) -> None:
    await cluster.create(name, partitions=2)
    async with supervised(cluster.url(name, port=wire.port)) as sink:
        for first in range(0, 1_000, 200):
            await cluster.send(name, numbered(first, first + 200))
            await wire.cut()
        back.start()
        await eventually(lambda: sink.rows >= 1_000)
        back.stop()
        await asyncio.sleep(0.3)
    assert sorted(integers(sink)) == list(range(1_000))
    assert gaps(sink) == []


@both_runners
async def test_a_half_open_wire_is_stalled_then_lost_then_back(
    cluster: Cluster, name: str, wire: WireProxy, back: Stopwatch
) -> None:
    await cluster.create(name)
    async with supervised(cluster.url(name, port=wire.port)) as sink:
        wire.stall()
        await eventually(lambda: "stalled" in sink.detail)
        assert sink.states[-1][0] is SourceState.RETRYING
        await eventually(lambda: bool(sink.failures))  # type: ignore[attr-defined]
        assert sink.failures[0].startswith("lost: no broker has answered")  # type: ignore[attr-defined]
        await wire.cut()
        wire.flow()
        back.start()
        await cluster.send(name, numbered(0, 10))
        await eventually(lambda: sink.rows >= 10)
        assert back.stop() < 10
    assert integers(sink) == list(range(10))


async def test_a_short_stall_is_said_and_forgotten(cluster: Cluster, name: str, wire: WireProxy) -> None:
    await cluster.create(name)
    async with supervised(cluster.url(name, port=wire.port)) as sink:
        wire.stall()
        await eventually(lambda: "stalled" in sink.detail)
        wire.flow()
        await eventually(lambda: sink.states[-1] == (SourceState.LIVE, "1 topic · 1 partition"))
        assert sink.failures == []  # type: ignore[attr-defined]


async def test_a_slow_wire_is_waited_for(cluster: Cluster, name: str, wire: WireProxy) -> None:
    await cluster.create(name)
    await cluster.send(name, numbered(0, 10))
    wire.delay = 0.3
    async with supervised(cluster.url(name, "from=earliest", port=wire.port)) as sink:
        await eventually(lambda: sink.rows >= 10)
    assert integers(sink) == list(range(10))


async def test_a_killed_broker_comes_back_without_a_gap_or_a_repeat(own_cluster: Cluster, back: Stopwatch) -> None:
    broker = own_cluster.broker
    await own_cluster.create("orders")
    async with supervised(own_cluster.url("orders")) as sink:
        await own_cluster.send("orders", numbered(0, 500))
        await eventually(lambda: sink.rows == 500)
        await asyncio.to_thread(broker.kill)
        await eventually(lambda: "stalled" in sink.detail)
        await asyncio.to_thread(broker.start)
        back.start()
        await own_cluster.send("orders", numbered(500, 1_000))
        await eventually(lambda: sink.rows >= 1_000)
        assert back.stop() < 10
    assert integers(sink) == list(range(1_000))
    assert gaps(sink) == []


async def test_a_leader_that_moves_is_followed(own_cluster: Cluster, tmp_path: Path, back: Stopwatch) -> None:
    (tmp_path / "second").mkdir()
    with running_broker(tmp_path / "second", joins=own_cluster.broker) as second:
        await own_cluster.create("orders", partitions=4, copies=2)
        async with supervised(own_cluster.url("orders")) as sink:
            await own_cluster.send("orders", numbered(0, 400))
            await eventually(lambda: sink.rows == 400)
            await asyncio.to_thread(second.stop)
            back.start()
            await own_cluster.send("orders", numbered(400, 800))
            await eventually(lambda: sink.rows >= 800)
            assert back.stop() < 5
            assert sink.failures == []  # type: ignore[attr-defined]
    assert sorted(integers(sink)) == list(range(800))
    assert gaps(sink) == []


async def test_a_cluster_that_was_replaced_is_read_from_its_beginning(own_broker: KafkaBroker, back: Stopwatch) -> None:
    old = Cluster(own_broker)
    await old.start()
    await old.create("orders")
    made = connector(old.url("orders"))
    async with supervised(made) as sink:
        await old.send("orders", numbered(0, 15))
        await eventually(lambda: sink.rows == 15)
        await old.aclose()
        await asyncio.to_thread(own_broker.kill)
        own_broker.wipe()
        await asyncio.to_thread(own_broker.start)
        new = Cluster(own_broker)
        await new.start()
        try:
            await new.create("orders")
            back.start()
            await new.send("orders", numbered(100, 120))
            await eventually(lambda: b"119" in values(sink), 30)
            back.stop()
        finally:
            await new.aclose()
    assert integers(sink) == [*range(15), *range(100, 120)]
    assert [gap.error for gap in gaps(sink)] == [
        "missed an unknown number of events: the topic was deleted and created again, or the cluster was replaced; "
        "reading from its beginning"
    ]


@both_runners
async def test_a_topic_deleted_and_created_again_is_read_from_its_beginning(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        await cluster.send(name, numbered(0, 5))
        await eventually(lambda: sink.rows == 5)
        await cluster.delete(name)
        await cluster.create(name)
        await cluster.send(name, numbered(10, 30))
        await eventually(lambda: b"29" in values(sink))
    assert integers(sink) == [*range(5), *range(10, 30)]
    assert len(gaps(sink)) == 1


async def test_records_deleted_before_they_were_read_are_a_counted_gap(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    await cluster.send(name, numbered(0, 100))
    made = connector(cluster.url(name, "from=earliest"))
    async with tailing(made) as sink:
        await eventually(lambda: sink.rows == 100)
    await cluster.send(name, numbered(100, 150))
    await cluster.forget_before(name, 130)
    async with tailing(made) as sink:
        await eventually(lambda: b"149" in values(sink))
    assert integers(sink) == list(range(130, 150))
    (gap,) = gaps(sink)
    assert gap.channel == f"{name}[0]@100"
    assert gap.error == ("missed at most 30 events: they were deleted from the topic before they could be read")
    assert sink.lost_rows == 30


async def test_no_room_is_waited_for_and_is_no_silence(cluster: Cluster, name: str) -> None:
    class Full(Collected):
        free = asyncio.Event()

        async def room(self) -> None:
            await self.free.wait()

    from tests.connectors.conformance import run, stopped

    await cluster.create(name)
    await cluster.send(name, numbered(0, 2_000))
    sink = Full()
    sink.free = asyncio.Event()
    task = run(connector(cluster.url(name, "from=earliest")), sink)
    try:
        await asyncio.sleep(4)
        assert sink.rows == 0
        assert not any("stalled" in detail for _, detail in sink.states)
        sink.free.set()
        await eventually(lambda: sink.rows == 2_000)
    finally:
        await stopped(task)
    assert integers(sink) == list(range(2_000))


async def test_it_ends_at_once_while_no_broker_answers(cluster: Cluster, name: str, wire: WireProxy) -> None:
    await cluster.create(name)
    async with supervised(cluster.url(name, port=wire.port)) as sink:
        wire.stall()
        await eventually(lambda: "stalled" in sink.detail)
