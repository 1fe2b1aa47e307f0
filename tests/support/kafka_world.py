"""What tests of the Kafka connector do: make topics, produce, and tail, always with real clients."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from kafka_broker import KafkaBroker

from app.sources.hosted import Hosted
from connectors.gap import GAP_TYPE
from connectors.kafka.connector import KafkaConnector, KafkaOptions
from connectors.options import read_options
from eventscope.connector import Connector, Record, Runner
from eventscope.event import Event
from eventscope.payload import payload_bytes
from tests.connectors.conformance import Collected, World, eventually, run, stopped

LARGEST = 20 * 2**20

runner = Runner.LOOP
"""Where connectors run; tests that hold for both runners change it."""


class Cluster:
    """A broker seen by those who administrate and use it."""

    def __init__(self, broker: KafkaBroker) -> None:
        self.broker = broker
        self.admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
        self.producer = AIOKafkaProducer(bootstrap_servers=broker.address, max_request_size=LARGEST, linger_ms=2)

    async def start(self) -> None:
        await self.admin.start()
        await self.producer.start()

    async def aclose(self) -> None:
        await self.producer.stop()
        await self.admin.close()

    async def create(self, *names: str, partitions: int = 1, copies: int = 1, **settings: str) -> None:
        """Make topics, and wait until they can be written to."""
        topics = [NewTopic(name, partitions, copies, topic_configs=settings) for name in names]
        await self.admin.create_topics(topics)
        for name in names:
            await self._led(name, partitions)

    async def _led(self, name: str, partitions: int) -> None:
        for _ in range(200):
            await self.producer.client.force_metadata_update()
            if name not in (await self.admin.list_topics()):
                continue
            self.producer.client.add_topic(name)
            if len(await self.producer.partitions_for(name)) == partitions:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{name} did not appear")

    async def grow(self, name: str, partitions: int) -> None:
        await self.admin.create_partitions({name: NewPartitions(partitions)})
        await self._led(name, partitions)

    async def delete(self, name: str) -> None:
        await self.admin.delete_topics([name])
        while name in await self.admin.list_topics():
            await asyncio.sleep(0.02)

    async def forget_before(self, name: str, offset: int) -> None:
        await self.admin.delete_records({TopicPartition(name, 0): RecordsToDelete(offset)})

    async def send(self, name: str, values: Iterable[bytes | None], **more: Any) -> None:
        """Produce values in their order, and wait until all are stored."""
        futures = [await self.producer.send(name, value, **more) for value in values]
        await asyncio.gather(*futures)

    def url(self, path: str, query: str = "", *, port: int | None = None) -> str:
        return f"kafka://127.0.0.1:{port or self.broker.port}/{path}" + (f"?{query}" if query else "")

    async def snapshot(self) -> Mapping[str, Any]:
        """Everything that a monitor might have changed."""
        groups = sorted(await self.admin.list_consumer_groups())
        offsets = {group: await self.admin.list_consumer_group_offsets(group) for group, _ in groups}
        return {"topics": sorted(await self.admin.list_topics()), "groups": groups, "offsets": offsets}


def connector(url: str) -> Connector:
    made = KafkaConnector(read_options(url, KafkaOptions))
    return Hosted(made) if runner is Runner.PROCESS else made


@contextlib.asynccontextmanager
async def tailing(source: str | Connector) -> AsyncIterator[Collected]:
    """A connector that is connected and runs until the end of the block."""
    sink = Collected()
    task = run(connector(source) if isinstance(source, str) else source, sink)
    try:
        await eventually(lambda: bool(sink.states) or task.done())
        if task.done():
            task.result()
        yield sink
    finally:
        await stopped(task)


@contextlib.asynccontextmanager
async def supervised(source: str | Connector, wait: float = 1.0) -> AsyncIterator[Collected]:
    """A connector that is run again after each failure, as a supervisor does."""
    sink = Collected()
    made = connector(source) if isinstance(source, str) else source

    async def drive() -> None:
        while True:
            try:
                await made.run(sink)
            except Exception as error:
                sink.failures.append(str(error))
            await asyncio.sleep(wait)

    sink.failures = []  # type: ignore[attr-defined]
    task = asyncio.get_running_loop().create_task(drive(), name="supervisor under test")
    try:
        await eventually(lambda: bool(sink.states) or bool(sink.failures))
        yield sink
    finally:
        await stopped(task)


def values(sink: Collected) -> list[bytes | None]:
    """The payloads that came, without the rows of gaps."""
    return [record.payload for record in sink.records if record.type != GAP_TYPE]


def gaps(sink: Collected) -> list[Record]:
    return [record for record in sink.records if record.type == GAP_TYPE]


def numbered(first: int, after: int) -> list[bytes]:
    return [b"%d" % number for number in range(first, after)]


class KafkaWorld(World):
    """A topic; what belongs to an event is carried by plain headers."""

    scheme = "kafka"

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic

    def connector(self) -> Connector:
        return connector(self._cluster.url(self._topic))

    async def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            facts = {"type": event.type, "id": event.id, "correlation_id": event.correlation_id}
            if event.causation_id:
                facts["causation_id"] = event.causation_id
            headers = [(name, text.encode("utf-8", "backslashreplace")) for name, text in facts.items()]
            value, key = payload_bytes(event.payload), event.id.encode("utf-8", "backslashreplace")
            await self._cluster.producer.send(self._topic, value, key, headers=headers)
        await self._cluster.producer.flush()

    def expected(self, event: Event) -> Mapping[str, Any]:
        return {
            "type": event.type,
            "id": event.id,
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "payload": payload_bytes(event.payload),
        }
