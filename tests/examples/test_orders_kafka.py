"""The shop's history on a real Kafka broker: all of it, in its order, and a consumer that never loses its place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from random import Random

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka_broker import KafkaBroker, running_broker
from played import running

from connectors.registry import open_source
from eventscope import EventBus
from examples.orders.event_store import EventStore
from examples.orders.kafka_consumer import ATTEMPTS, DEAD_LETTERS, EventConsumer
from examples.orders.kafka_outlet import TOPIC, KafkaOutlet
from examples.orders.scenario import order
from examples.orders.system import Shop
from tests.connectors.conformance import Collected, eventually, run, stopped


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with running_broker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


async def sold(path, servers: str, *, seed: int, orders: int) -> list[str]:
    """A shop that sells some; the ids of all that lies in its history then."""
    bus = EventBus(name="shop")
    shop = Shop(bus, path)
    if servers:
        shop.add(KafkaOutlet(shop.store, bus, servers))
    async with running(shop, bus):
        for number in range(orders):
            await shop.orders.handle(order(Random(number), f"ord-{seed}-{number}"))
        await bus.stop()
    store = EventStore(path)
    stored = [each.event.id for each in await store.after(0)]
    await store.close()
    return stored


@pytest.mark.timeout(150)
async def test_the_history_comes_to_kafka_and_its_consumer_commits_what_it_handled_or_gave_up(broker, tmp_path):
    path = tmp_path / "shop.db"
    await sold(path, "", seed=1, orders=2)  # the broker was away
    stored = await sold(path, broker.address, seed=2, orders=2)

    got, tried = [], []

    async def handle(message):
        if message["event_type"] == "order.shipped" and len(tried) < ATTEMPTS:
            tried.append(message["event_id"])
            raise ConnectionError("the ledger is away")
        got.append(message["event_id"])

    producer = AIOKafkaProducer(bootstrap_servers=broker.address)
    await producer.start()
    await producer.send_and_wait(TOPIC, b"no json", key=b"ord-9")
    consuming = asyncio.get_running_loop().create_task(EventConsumer(broker.address, handle).run())
    try:
        await eventually(lambda: len(got) == len(stored) - 1 or consuming.done())
        dead = await letters(broker, 2)
    finally:
        await stopped(consuming)

    assert tried == [tried[0]] * ATTEMPTS  # tried again and again, then given up
    assert got == [each for each in stored if each != tried[0]]
    assert [(letter["error"], letter["attempts"]) for letter in dead] == [
        ("ConnectionError: the ledger is away", str(ATTEMPTS)),
        ("JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "1"),
    ]

    again = asyncio.get_running_loop().create_task(EventConsumer(broker.address, handle).run())
    await producer.send_and_wait(TOPIC, json.dumps({"event_type": "x", "event_id": "new"}).encode())
    await producer.stop()
    await eventually(lambda: got[-1] == "new" or again.done())
    await stopped(again)
    assert got.count("new") == 1
    assert len(got) == len(stored)  # nothing that was committed came again

    sink = Collected()
    watching = run(open_source(f"kafka://{broker.address}/{TOPIC}?from=earliest"), sink)
    await eventually(lambda: sink.rows >= len(stored) or watching.done())
    await stopped(watching)
    shown = sink.records[: len(stored)]
    assert [record.id for record in shown] == stored
    assert {record.envelope for record in shown} <= {"event store", "domain event"}
    assert all(record.key == json.loads(record.payload or b"{}")["aggregate_id"] for record in shown)


async def letters(broker: KafkaBroker, count: int) -> list[dict[str, str]]:
    """The headers of the first dead letters."""
    consumer = AIOKafkaConsumer(
        DEAD_LETTERS.format(topic=TOPIC), bootstrap_servers=broker.address, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            messages = [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()
    return [{name: value.decode() for name, value in message.headers} for message in messages]
