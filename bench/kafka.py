"""How much of a Kafka topic comes through the connector, beside aiokafka's own loop over the same records.

The bare loop counts records and reads none of them; a second one also reads what a monitor has to: JSON and headers.
The three take turns over 60,000 records of 300 bytes in three partitions of a real broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.figure import Figure
from connectors.kafka.connector import KafkaConnector, KafkaOptions
from connectors.options import read_options
from eventscope.connector import Block, Declaration, Record, SourceState
from tests.support.kafka_broker import running_broker

ROWS: Final = 60_000
REPEATS: Final = 3
PARTITIONS: Final = 3
TOPIC: Final = "bench"


class Counting:
    """A sink that counts."""

    def __init__(self) -> None:
        self.rows = 0
        self.full = asyncio.Event()

    def push(self, batch: Block | Sequence[Record]) -> None:
        self.rows += batch.rows if isinstance(batch, Block) else len(batch)
        if self.rows >= ROWS:
            self.full.set()

    async def room(self) -> None:
        return None

    def lost(self, count: int, reason: str) -> None:
        raise AssertionError(reason)

    def declare(self, declaration: Declaration) -> None:
        return None

    def state(self, state: SourceState, detail: str = "") -> None:
        return None


def payload(number: int) -> bytes:
    """An event of the seed systems."""
    data = {"order_id": number, "customer": {"id": 7, "name": "Anna"}, "note": "x" * 120}
    event = {"event_type": "order.created", "event_id": f"e{number}", "correlation_id": f"c{number // 5}"}
    return json.dumps({**event, "timestamp": "2025-12-01T12:00:00.000000", "data": data}).encode()


async def fill(address: str) -> None:
    """Produce the records."""
    producer = AIOKafkaProducer(bootstrap_servers=address, linger_ms=50, max_batch_size=2**18)
    await producer.start()
    try:
        for number in range(ROWS):
            headers = [("source", b"shop"), ("content-type", b"application/json")]
            await producer.send(TOPIC, payload(number), b"k%d" % (number % 100), number % PARTITIONS, headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


@contextlib.asynccontextmanager
async def consumer(address: str) -> AsyncIterator[Any]:
    """aiokafka's consumer at the beginning of the topic."""
    bare = AIOKafkaConsumer(bootstrap_servers=address, fetch_max_wait_ms=20)
    await bare.start()
    try:
        partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        bare.assign(partitions)
        await bare.seek_to_beginning(*partitions)
        yield bare
    finally:
        await bare.stop()


async def drain(address: str, use: Callable[[Any], object]) -> float:
    """Records a second through aiokafka's loop, each of them given to `use`."""
    async with consumer(address) as bare:
        began, count = time.perf_counter(), 0
        while count < ROWS:
            for records in (await bare.getmany(timeout_ms=100, max_records=2_000)).values():
                count += len(records)
                use(records)
            await asyncio.sleep(0)
        return ROWS / (time.perf_counter() - began)


def read(records: Any) -> None:
    """Read what a monitor has to, in the plain way."""
    for record in records:
        json.loads(record.value)
        dict(record.headers)


async def tail(address: str) -> float:
    """Records a second through the connector, in this loop."""
    connector = KafkaConnector(read_options(f"kafka://{address}/{TOPIC}?from=earliest", KafkaOptions))
    sink = Counting()
    began = time.perf_counter()
    task = asyncio.get_running_loop().create_task(connector.run(sink), name="connector")
    await sink.full.wait()
    took = time.perf_counter() - began
    task.cancel()
    await asyncio.wait([task])
    return ROWS / took


async def measure(address: str) -> list[Figure]:
    """All three ways, in turns."""
    await fill(address)
    ways: dict[str, Callable[[], Awaitable[float]]] = {
        "counted": lambda: drain(address, len),
        "read": lambda: drain(address, read),
        "ours": lambda: tail(address),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            rates[name].append(await way())
    return [
        figure(rates, "read", "aiokafka's loop that reads JSON and headers", 0.8),
        figure(rates, "counted", "aiokafka's loop that reads nothing", 0.15),
    ]


def figure(rates: dict[str, list[float]], beside: str, limit: str, goal: float) -> Figure:
    """Our rate beside another one."""
    ours, other = statistics.median(rates["ours"]), statistics.median(rates[beside])
    return Figure(
        f"Kafka records into columns, beside {beside}", ours, min(rates["ours"]), max(rates["ours"]), "ev/s",
        f"{limit}: {other:,.0f} ev/s", ours / other, f"at least {goal} of it", ours >= goal * other,
    )  # fmt: skip


def run() -> list[Figure]:
    """A broker of its own, and the figures."""
    with tempfile.TemporaryDirectory() as folder, running_broker(Path(folder)) as broker:
        return asyncio.run(_with_topic(broker.address))


async def _with_topic(address: str) -> list[Figure]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])
    finally:
        await admin.close()
    return await measure(address)
