"""Kafka in a process of its own: whatever becomes of that process, each record comes exactly once."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import kafka_world
import pytest
from aiokafka import AIOKafkaProducer
from kafka_world import Cluster, connector, gaps, numbered, supervised, tailing, values

from app.session import Session
from app.sources import driver
from app.sources.hosted import Hosted
from connectors.registry import open_source
from eventscope.connector import Runner
from tests.connectors.conformance import eventually, process_id

MIB = 2**20


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_world, "runner", Runner.PROCESS)


async def test_a_process_that_is_killed_again_and_again_loses_and_repeats_nothing(cluster: Cluster, name: str) -> None:
    await cluster.create(name, partitions=3)
    made = connector(cluster.url(name))
    assert isinstance(made, Hosted)
    async with supervised(made, wait=0.1) as sink:
        for first in range(0, 3_000, 1_000):
            await cluster.send(name, numbered(first, first + 900))
            await eventually(lambda: sink.rows > first)  # noqa: B023
            os.kill(process_id(made), signal.SIGKILL)
            await cluster.send(name, numbered(first + 900, first + 1_000))
        await eventually(lambda: sink.rows >= 3_000)
        await asyncio.sleep(0.3)
    assert sorted(int(value or -1) for value in values(sink)) == list(range(3_000))
    assert gaps(sink) == []


async def test_a_bomb_is_a_gap_and_what_comes_after_it_is_shown(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    more: dict[str, Any] = {"max_request_size": 200 * MIB, "compression_type": "gzip"}
    async with AIOKafkaProducer(bootstrap_servers=cluster.broker.address, **more) as producer:
        await producer.send_and_wait(name, b"before")
        await producer.send_and_wait(name, bytes(100 * MIB))
        await producer.send_and_wait(name, b"after")
    made = connector(cluster.url(name, "from=earliest"))
    assert isinstance(made, Hosted)
    async with tailing(Hosted(made.inner, growth=64 * MIB)) as sink:
        await eventually(lambda: b"after" in values(sink))
    assert values(sink) == [b"before", b"after"]
    assert ["cannot be unpacked (MemoryError)" in str(gap.error) for gap in gaps(sink)] == [True]


async def test_a_busy_topic_moves_to_a_process_without_a_record_missing_or_twice(
    cluster: Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_S", 1)
    await cluster.create(name, partitions=2)
    session, sent = Session(), 0
    source = session.attach(open_source(cluster.url(name)))
    try:
        await eventually(lambda: source.state == "live")
        assert source.runner == "in the window's loop · until it is busy"
        while "pid" not in source.runner:
            await cluster.send(name, numbered(sent, sent + 1_000))
            sent += 1_000
            session.drain()
        await cluster.send(name, numbered(sent, sent + 1_000))
        await eventually(lambda: source.seen >= sent + 1_000)
        await asyncio.sleep(0.3)
    finally:
        await session.close()
    payloads = session.store.cells(range(1, session.store.next_seq), ("payload",))
    assert sorted(int(payload) for (payload,) in payloads) == list(range(sent + 1_000))
