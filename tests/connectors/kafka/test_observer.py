"""Nobody on the cluster can tell that it is watched: K1 to K5 of the catalogue."""

from __future__ import annotations

import asyncio
import struct
import time
from collections import defaultdict

from aiokafka import AIOKafkaConsumer
from kafka_broker import KafkaBroker
from kafka_world import Cluster, connector, numbered, supervised, tailing, values
from wire_proxy import WireProxy

from tests.connectors.conformance import eventually

FETCH, LIST_OFFSETS, METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 1, 2, 3, 17, 18, 36
ALLOWED = {FETCH, LIST_OFFSETS, METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE}


class Wire:
    """The requests that a proxy has seen."""

    def __init__(self, proxy: WireProxy) -> None:
        self._streams: dict[int, bytes] = defaultdict(bytes)
        self.requests: list[tuple[int, int, bytes, float]] = []
        proxy.heard = self._hear

    def _hear(self, number: int, data: bytes) -> None:
        stream = self._streams[number] + data
        while len(stream) >= 4 and len(stream) >= 4 + (size := struct.unpack_from(">i", stream)[0]):
            frame, stream = stream[4 : 4 + size], stream[4 + size :]
            self.requests.append((*struct.unpack_from(">hh", frame), frame, time.monotonic()))
        self._streams[number] = stream

    @property
    def keys(self) -> set[int]:
        return {key for key, *_ in self.requests}

    @property
    def metadata(self) -> list[bytes]:
        return [frame for key, _, frame, _ in self.requests if key == METADATA]

    @property
    def metadata_times(self) -> list[float]:
        return [at for key, _, _, at in self.requests if key == METADATA]


def may_create(frame: bytes) -> bool:
    """The flag of a metadata request of version 10: before it the topics, after it three bytes."""
    version = struct.unpack_from(">h", frame, 2)[0]
    assert version == 10
    return bool(frame[-4])


async def test_only_harmless_requests_go_over_the_wire(cluster: Cluster, name: str, wire: WireProxy) -> None:
    await cluster.create(name, partitions=2)
    seen = Wire(wire)
    async with tailing(cluster.url(f"{name},typo-{name}", "from=earliest", port=wire.port)) as sink:
        await cluster.send(name, numbered(0, 50))
        await eventually(lambda: sink.rows == 50)
        await eventually(lambda: len(seen.metadata) >= 2)
    assert {FETCH, METADATA} <= seen.keys <= ALLOWED
    assert not any(may_create(frame) for frame in seen.metadata)
    assert all(b"eventscope/" in frame for key, _, frame, _ in seen.requests if key != API_VERSIONS)


async def test_a_live_group_and_the_cluster_are_the_same_before_during_and_after(cluster: Cluster, name: str) -> None:
    await cluster.create(name, partitions=3)
    consumer = AIOKafkaConsumer(
        name, bootstrap_servers=cluster.broker.address, group_id=f"app-{name}", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        await consumer.getmany(timeout_ms=500)
        await consumer.commit()
        before = await cluster.snapshot()
        async with tailing(cluster.url("", f"pattern={name}")) as sink:
            assert await cluster.snapshot() == before
            await cluster.send(name, numbered(0, 3_000))
            got: list[bytes | None] = []
            async with asyncio.timeout(20):
                while len(got) < 3_000:
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        got += [record.value for record in records]
            await eventually(lambda: sink.rows >= 3_000)
            assert len(consumer.assignment()) == 3
        await consumer.commit()
        after = await cluster.snapshot()
    finally:
        await consumer.stop()
    assert sorted(map(int, filter(None, got))) == list(range(3_000))
    assert sorted(map(int, filter(None, values(sink)))) == list(range(3_000))
    assert (after["topics"], after["groups"]) == (before["topics"], before["groups"])


async def test_a_mistyped_and_a_deleted_topic_are_not_created(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    typo = f"{name}-typo"
    async with tailing(cluster.url(f"{name},{typo}")) as sink:
        assert f"waiting for topic {typo}" in sink.detail
        assert f"did you mean {name}?" in sink.detail
        await cluster.delete(name)
        await eventually(lambda: f"waiting for topic {name}," in sink.detail)
        await asyncio.sleep(2.5)
        assert not {name, typo} & set(await cluster.admin.list_topics())
        assert sink.detail.startswith("0 topics")


async def test_a_missing_topic_costs_at_most_one_metadata_request_a_second(
    cluster: Cluster, name: str, wire: WireProxy
) -> None:
    await cluster.create(name)
    seen = Wire(wire)
    async with tailing(cluster.url(f"{name},never-{name}", port=wire.port)):
        await cluster.delete(name)
        await eventually(lambda: len(seen.metadata_times) >= 6)
    _, first, *others = seen.metadata_times
    # How long each took to get here differs, so all are counted over the whole time.
    assert len(others) <= others[-1] - first + 0.5


async def test_brokers_that_are_down_are_asked_at_most_once_a_second(
    cluster: Cluster, name: str, wire: WireProxy
) -> None:
    await cluster.create(name)
    async with supervised(cluster.url(name, port=wire.port)):
        wire.target = ("127.0.0.1", 1)  # nobody listens there
        await wire.cut()
        before = wire.connections
        await asyncio.sleep(4)
        assert wire.connections - before <= 10


async def test_new_topics_and_partitions_come_without_a_gap_or_a_repeat(cluster: Cluster, name: str) -> None:
    await cluster.create(f"{name}.a")
    async with tailing(cluster.url("", f"pattern={name}%5C..*")) as sink:
        await cluster.send(f"{name}.a", numbered(0, 1_000))
        await cluster.create(f"{name}.b", partitions=2)
        await cluster.send(f"{name}.b", numbered(1_000, 2_000))
        await cluster.grow(f"{name}.a", 3)
        await cluster.send(f"{name}.a", numbered(2_000, 3_000))
        await eventually(lambda: sink.rows >= 3_000)
        await asyncio.sleep(0.3)
    assert sorted(map(int, filter(None, values(sink)))) == list(range(3_000))
    assert "2 topics · 5 partitions" in sink.detail


async def test_other_programs_in_this_process_keep_their_own_ways(cluster: Cluster, name: str) -> None:
    connector(cluster.url(name))
    await cluster.send(name, [b"first"])  # aiokafka's own producer may still create topics
    assert name in await cluster.admin.list_topics()


def test_the_promise_names_what_is_done(broker: KafkaBroker) -> None:
    made = connector(f"kafka://{broker.address}/a,b,c?isolation=read_committed")
    assert made.safety == "reads 3 topics · no group · commits nothing"
    assert made.label == "kafka a +2"
