"""What else can be read: streams, the firehose, dead letters, and messages that no client library would write."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import aio_pika
import pytest
from rabbitmq_broker import RabbitNode
from rabbitmq_world import Application, connector, gaps, numbered, supervised, tailing, values
from wire_proxy import WireProxy

from eventscope.connector import Refused
from eventscope.event import EventPriority
from eventscope.step import Phase
from tests.connectors.conformance import Collected, eventually


@pytest.fixture
def stream(node: RabbitNode, name: str) -> str:
    """A fanout exchange that feeds a stream of the same name."""
    node.exchange(name, "fanout")
    node.queue(name, **{"x-queue-type": "stream"})
    node.bind(name, name)
    return name


@pytest.fixture
def tracing(node: RabbitNode) -> Iterator[None]:
    """The firehose, switched on by the operator that a test is."""
    node.api("PUT", "/api/vhosts/%2F", {"tracing": True})
    yield
    node.api("PUT", "/api/vhosts/%2F", {"tracing": False})


@pytest.mark.parametrize(("start", "expected"), [("first", range(50)), ("20", range(20, 50)), ("next", range(50, 60))])
async def test_a_stream_is_read_from_an_offset_and_keeps_everything(
    node: RabbitNode, application: Application, stream: str, start: str, expected: range
) -> None:
    await application.send(stream, numbered(50))
    async with tailing(connector(node, f"stream={stream}&from={start}")) as sink:
        if start == "next":
            await application.send(stream, numbered(10, 50))
        await eventually(lambda: sink.rows >= len(expected))
        assert sorted(int(body or b"") for body in values(sink)) == list(expected)
        assert sink.records[0].channel == f"{stream}@{expected[0]}"
    async with tailing(connector(node, f"stream={stream}&from=first")) as again:
        await eventually(lambda: again.rows >= 50)


async def test_a_stream_goes_on_where_a_cut_wire_left_it(
    node: RabbitNode, application: Application, stream: str, wire: WireProxy
) -> None:
    async with supervised(connector(node, f"stream={stream}&from=first", port=wire.port)) as sink:
        await application.send(stream, numbered(100))
        await eventually(lambda: sink.rows >= 100)
        await wire.cut()
        await application.send(stream, numbered(100, 100))
        await eventually(lambda: sink.rows >= 200)
        await asyncio.sleep(0.2)
    assert sorted(int(body or b"") for body in values(sink)) == list(range(200))
    assert gaps(sink) == []


async def test_a_queue_that_is_no_stream_is_never_consumed(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    await application.send(fanout, numbered(10))
    source = connector(node, f"stream={fanout}&from=first")
    with pytest.raises(Refused, match="is no stream"):
        await source.run(Collected())
    results = [result async for result in source.check()]
    assert "is no stream" in results[-1].detail
    await application.consume(fanout)
    await eventually(lambda: len(application.received) == 10)
    assert not any(redelivered for _, redelivered in application.received)


async def test_the_firehose_shows_publishing_and_delivery_even_by_the_default_exchange(
    node: RabbitNode, application: Application, name: str, tracing: None
) -> None:
    node.queue(name)
    await application.consume(name)
    async with tailing(connector(node, "firehose=1")) as sink:
        message = aio_pika.Message(b"hello", message_id="m1", priority=9, headers={"shop": "north"})
        await application.channel.default_exchange.publish(message, name)
        await eventually(lambda: sink.rows >= 2)
    published, delivered = sorted(sink.records[:2], key=lambda record: record.phase)
    assert (published.phase, published.channel, published.fanout) == (Phase.PUBLISHED, f"(default) → {name}", 1)
    assert (delivered.phase, delivered.subscription, delivered.attempt) == (Phase.DELIVERED, name, 1)
    for record in (published, delivered):
        assert (record.payload, record.id, record.priority) == (b"hello", "m1", EventPriority.CRITICAL)
        assert ["shop", "north"] in json.loads(record.headers or "")


async def test_a_firehose_that_is_off_says_who_switches_it_on(node: RabbitNode) -> None:
    async with tailing(connector(node, "firehose=1")) as sink:
        assert "tracing is off: an operator switches it on by rabbitmqctl trace_on" in sink.detail
    assert node.api("GET", "/api/vhosts/%2F")["tracing"] is False


async def test_a_dead_letter_is_shown_as_the_hop_that_it_is(
    node: RabbitNode, application: Application, fanout: str
) -> None:
    node.queue(f"{fanout}.work", **{"x-dead-letter-exchange": fanout, "x-message-ttl": 1})
    message = aio_pika.Message(b"late", message_id="m1")
    async with tailing(connector(node, f"exchange={fanout}")) as sink:
        await application.channel.default_exchange.publish(message, f"{fanout}.work")
        await eventually(lambda: sink.rows == 1)
    (record,) = sink.records
    assert (record.phase, record.subscription, record.attempt) == (Phase.DEAD_LETTERED, f"{fanout}.work", 1)
    assert record.error == "dead-lettered: expired"
    assert "x-death" in dict(json.loads(record.headers or ""))
