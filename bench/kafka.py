"""How much of a Kafka topic comes through the connector, beside aiokafka's own loop over the same records.

The bare loop counts records and reads none of them; a second one also reads what a monitor has to: JSON and headers.
Both runners of the connector take turns with them over the records of three partitions of a real broker. All clocks
run from the first records that come.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from app.sources.hosted import Hosted
from bench import brokers
from bench.counting import rate_of
from bench.figure import Figure
from bench.kafka_flood import HEADERS, PARTITIONS
from bench.rates import beside, in_turns
from bench.stamped import CORRELATION, ID, Prepared, event
from connectors.kafka.connector import KafkaConnector, KafkaOptions
from connectors.options import read_options
from eventscope.connector import Connector

ROWS: Final = 150_000
TOPIC: Final = "bench"


async def fill(address: str) -> None:
    """Produce the records."""
    producer = AIOKafkaProducer(bootstrap_servers=address, linger_ms=50, max_batch_size=2**18)
    prepared = Prepared(event(event_id=ID, correlation_id=CORRELATION))
    await producer.start()
    try:
        for number in range(ROWS):
            value, partition = bytes(prepared.stamp(number)), number % PARTITIONS
            await producer.send(TOPIC, value, b"k%d" % (number % 100), partition, headers=HEADERS)
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
        began, count = 0.0, 0
        while count < ROWS:
            taken = await bare.getmany(timeout_ms=100, max_records=2_000)
            began = began or time.perf_counter()
            for records in taken.values():
                count += len(records)
                use(records)
            await asyncio.sleep(0)
        return ROWS / (time.perf_counter() - began)


def read(records: Any) -> None:
    """Read what a monitor has to, in the plain way."""
    for record in records:
        json.loads(record.value)
        dict(record.headers)


def connector(address: str) -> Connector:
    """Ours, at the beginning of the topic."""
    return KafkaConnector(read_options(f"kafka://{address}/{TOPIC}?from=earliest", KafkaOptions))


def run() -> list[Figure]:
    """A broker of its own, and the figures."""
    with brokers.kafka(TOPIC) as broker:
        address = broker.address
        asyncio.run(fill(address))
        ways: dict[str, Callable[[], Awaitable[float]]] = {
            "counted": lambda: drain(address, len),
            "read": lambda: drain(address, read),
            "loop": lambda: rate_of(connector(address), ROWS),
            "process": lambda: rate_of(Hosted(connector(address)), ROWS),
        }
        rates = in_turns(ways)
    reads = ("read", "aiokafka's loop that reads JSON and headers")
    return [
        beside("Kafka by process", rates, "process", *reads, 0.8),
        beside("Kafka in the loop", rates, "loop", *reads, 0.8),
        beside("Kafka in the loop, counting", rates, "loop", "counted", "aiokafka's loop that only counts", 0.15),
    ]
