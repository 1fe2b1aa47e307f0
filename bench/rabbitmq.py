"""How much of RabbitMQ comes through the connector, beside aio-pika's own loop over the same messages.

A stream holds events of 300 bytes on a real node. The bare client consumes it with a callback that only counts and
acknowledges; the connector fills columns from properties, headers and JSON. aio-pika and aiormq also drain a filled
queue without acknowledging, which is the best that they can do, and takes the messages away: so the connector never
does that. All clocks run from the first message that comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aio_pika
import aiormq

from app.sources.hosted import Hosted
from bench import brokers
from bench.counting import rate_of
from bench.figure import Figure
from bench.rabbitmq_flood import flood
from bench.rates import beside, in_turns
from connectors.options import read_options
from connectors.rabbitmq.connector import RabbitConnector
from eventscope.connector import Connector

ROWS: Final = 20_000
STREAM: Final = "bench"
QUEUE: Final = "drained"
PREFETCH: Final = 1_000


class Counter:
    """Counts up to all messages; `took` is the time since the first one."""

    def __init__(self) -> None:
        self.count = 0
        self.full = asyncio.Event()
        self._began = 0.0

    def add(self) -> None:
        """One more."""
        self._began = self._began or time.perf_counter()
        self.count += 1
        if self.count >= ROWS:
            self.rate = ROWS / (time.perf_counter() - self._began)
            self.full.set()


async def bare_stream(url: str) -> float:
    """Messages a second through aio-pika's callback, from the stream."""
    counter = Counter()

    async def receive(message: Any) -> None:
        counter.add()
        if counter.count % (PREFETCH // 4) == 0 or counter.full.is_set():
            await message.ack(multiple=True)

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(STREAM, ensure=False)
        await queue.consume(receive, arguments={"x-stream-offset": "first"})
        await counter.full.wait()
    return counter.rate


async def bare_queue(url: str) -> float:
    """Messages a second through aio-pika's callback, from a filled queue."""
    counter = Counter()

    async def receive(_: Any) -> None:
        counter.add()

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(QUEUE, ensure=False)
        await queue.consume(receive, no_ack=True)
        await counter.full.wait()
    return counter.rate


async def aiormq_queue(url: str) -> float:
    """The same through aiormq, on which aio-pika is built."""
    counter = Counter()

    async def receive(_: Any) -> None:
        counter.add()

    connection = await aiormq.connect(url)
    channel = await connection.channel()
    await channel.basic_qos(prefetch_count=PREFETCH)
    await channel.basic_consume(QUEUE, receive, no_ack=True)
    await counter.full.wait()
    await connection.close()
    return counter.rate


def connector(url: str) -> Connector:
    """Ours, at the beginning of the stream."""
    return RabbitConnector(read_options(f"{url}/?stream={STREAM}&from=first", RabbitConnector.Options))


def run() -> list[Figure]:
    """A node of its own, and the figures."""
    with brokers.rabbitmq() as node:
        node.queue(STREAM, **{"x-queue-type": "stream"})
        node.queue(QUEUE)
        asyncio.run(flood(node.url, "", STREAM, ROWS))
        rates = in_turns(ways(node.url))
    stream, queue = "aio-pika on the same stream, counting", "aio-pika without acknowledging, counting"
    return [
        beside("RabbitMQ by process", rates, "process", "stream", stream, 0.9),
        beside("RabbitMQ in the loop", rates, "loop", "stream", stream, 0.9),
        beside("RabbitMQ in the loop, against draining", rates, "loop", "queue", queue, 0.9),
        beside("RabbitMQ in the loop, against aiormq", rates, "loop", "aiormq", "aiormq, draining and counting", 0.5),
    ]


def ways(url: str) -> dict[str, Callable[[], Awaitable[float]]]:
    """How the messages are received."""

    async def drained(way: Callable[[str], Awaitable[float]]) -> float:
        await flood(url, "", QUEUE, ROWS)
        return await way(url)

    return {
        "stream": lambda: bare_stream(url),
        "queue": lambda: drained(bare_queue),
        "aiormq": lambda: drained(aiormq_queue),
        "loop": lambda: rate_of(connector(url), ROWS),
        "process": lambda: rate_of(Hosted(connector(url)), ROWS),
    }
