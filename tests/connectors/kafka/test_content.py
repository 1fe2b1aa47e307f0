"""What a log may hold: codecs, tombstones, transactions, large records, damaged batches, envelopes."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from kafka_world import Cluster, gaps, numbered, tailing, values

from tests.connectors.conformance import eventually


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_every_codec_is_read(cluster: Cluster, name: str, codec: str) -> None:
    await cluster.create(name)
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.broker.address, compression_type=codec, linger_ms=20, acks="all"
    )
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(name, value) for value in numbered(0, 1_000)])
    finally:
        await producer.stop()
    async with tailing(cluster.url(name, "from=earliest")) as sink:
        await eventually(lambda: sink.rows >= 1_000)
    assert values(sink) == numbered(0, 1_000)


async def test_a_tombstone_is_a_row_of_its_own_kind(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    async with tailing(cluster.url(name)) as sink:
        await cluster.send(name, [None], key=b"order-7")
        await cluster.send(name, [b""], key=b"")
        await eventually(lambda: sink.rows == 2)
    tombstone, empty = sink.records
    assert (tombstone.payload, tombstone.envelope, tombstone.key) == (None, "tombstone", "order-7")
    assert (empty.payload, empty.envelope, empty.key) == (b"", None, None)


async def transactions(cluster: Cluster, name: str) -> None:
    """A committed transaction, an aborted one, and one record outside of any."""
    producer = AIOKafkaProducer(bootstrap_servers=cluster.broker.address, transactional_id=name)
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(name, b"committed")
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"aborted")
        await producer.abort_transaction()
        async with producer.transaction():
            await producer.send_and_wait(name, b"committed too")
    finally:
        await producer.stop()
    await cluster.send(name, [b"plain"])


async def test_aborted_records_are_seen_and_markers_are_not(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    await transactions(cluster, name)
    async with tailing(cluster.url(name, "from=earliest")) as sink:
        await eventually(lambda: b"plain" in values(sink))
    assert values(sink) == [b"committed", b"aborted", b"committed too", b"plain"]


async def test_only_committed_records_are_seen_when_that_is_wanted(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    await transactions(cluster, name)
    async with tailing(cluster.url(name, "from=earliest&isolation=read_committed")) as sink:
        await eventually(lambda: b"plain" in values(sink))
    assert values(sink) == [b"committed", b"committed too", b"plain"]


async def test_a_large_record_and_its_neighbours_come_whole(cluster: Cluster, name: str) -> None:
    await cluster.create(name, **{"max.message.bytes": "20000000"})
    large = bytes(range(256)) * 40_960
    await cluster.send(name, [b"before"])
    await cluster.send(name, [large])
    await cluster.send(name, [b"after"])
    async with tailing(cluster.url(name, "from=earliest")) as sink:
        await eventually(lambda: sink.rows == 3)
    assert values(sink) == [b"before", large, b"after"]


def damage(segment: Path, batch: int) -> None:
    """Flip a byte in the last record of the given batch of a log."""
    data = segment.read_bytes()
    at = 0
    for _ in range(batch):
        at += 12 + struct.unpack_from(">i", data, at + 8)[0]
    last = at + 12 + struct.unpack_from(">i", data, at + 8)[0] - 2
    with segment.open("r+b") as file:
        file.seek(last)
        file.write(bytes([data[last] ^ 0xFF]))


async def test_a_corrupt_batch_is_a_gap_and_holds_nobody_up(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    for first in (0, 5, 10):
        await cluster.send(name, numbered(first, first + 5))
    (segment,) = cluster.broker.folder.glob(f"logs/{name}-0/*.log")
    damage(segment, 1)
    async with tailing(cluster.url(name, "from=earliest")) as sink:
        await eventually(lambda: b"14" in values(sink))
    assert values(sink) == numbered(0, 5) + numbered(10, 15)
    (gap,) = gaps(sink)
    assert gap.channel == f"{name}[0]@9"
    assert gap.error == "missed at most 5 events: the batch at offset 5 is left out: its checksum is wrong"
    assert sink.lost_rows == 5


async def test_events_that_no_reader_understands_are_rows(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    odd = [b"{", b"\xff\xfe", b'{"event_type": ', b"[1, 2", b'{"event_type":"ok","timestamp":true}', b"null", b'"x"']
    async with tailing(cluster.url(name)) as sink:
        await cluster.send(name, odd, headers=[("n", b"\xff"), ("n", None), ("", b"")])
        await eventually(lambda: sink.rows == len(odd))
    assert values(sink) == odd
    assert [record.type for record in sink.records] == [name] * 4 + ["ok", name, name]


async def test_cloud_events_fill_the_columns(cluster: Cluster, name: str) -> None:
    await cluster.create(name)
    headers = {"ce_specversion": "1.0", "ce_id": "e1", "ce_source": "shop", "ce_type": "order.created"}
    headers |= {"ce_time": "2026-01-31T12:00:00.5Z", "ce_correlationid": "c1", "ce_causationid": "e0"}
    pairs = [(header, text.encode()) for header, text in headers.items()]
    async with tailing(cluster.url(name)) as sink:
        await cluster.send(name, [b"\x00raw"], key=b"k1", headers=[*pairs, ("content-type", b"image/png")])
        await eventually(lambda: sink.rows == 1)
    (record,) = sink.records
    assert (record.type, record.id, record.producer, record.envelope) == ("order.created", "e1", "shop", "cloudevents")
    assert (record.correlation_id, record.causation_id, record.key) == ("c1", "e0", "k1")
    assert record.occurred_at == 1_769_860_800_500_000_000
    assert record.channel == f"{name}[0]@0"
