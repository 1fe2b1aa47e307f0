"""How much of RabbitMQ comes through the connector, beside aio-pika's own loop over the same messages.

A stream holds 20,000 events of 300 bytes on a real node. The bare client consumes it with a callback that only counts,
acknowledging as we do; the connector reads columns, JSON and headers. The two take turns.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from bench.figure import Figure
from connectors.options import read_options
from connectors.rabbitmq.connector import RabbitConnector
from eventscope.connector import Block, Declaration, Record, SourceState
from tests.support.rabbitmq_broker import RabbitNode, running_node

ROWS: Final = 20_000
REPEATS: Final = 3
STREAM: Final = "bench"
PREFETCH: Final = 500


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


def message(number: int) -> aio_pika.Message:
    """An event of the seed systems."""
    data = {"order_id": number, "customer": {"id": 7, "name": "Anna"}, "note": "x" * 120}
    event = {"event_type": "order.created", "timestamp": "2025-12-01T12:00:00.000000", "data": data}
    return aio_pika.Message(
        json.dumps(event).encode(),
        message_id=f"e{number}",
        correlation_id=f"c{number // 5}",
        app_id="shop",
        headers={"source": "shop", "tenant": "north", "attempt": 1, "priority": "HIGH"},
    )


async def fill(node: RabbitNode) -> None:
    """Publish the messages."""
    node.queue(STREAM, **{"x-queue-type": "stream"})
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        for first in range(0, ROWS, 500):
            messages = map(message, range(first, first + 500))
            await asyncio.gather(*(channel.default_exchange.publish(each, STREAM) for each in messages))


async def bare(node: RabbitNode) -> float:
    """Messages a second through aio-pika's callback."""
    count, full = 0, asyncio.Event()

    async def receive(incoming: AbstractIncomingMessage) -> None:
        nonlocal count
        count += 1
        if count % (PREFETCH // 2) == 0 or count >= ROWS:
            await incoming.ack(multiple=True)
        if count >= ROWS:
            full.set()

    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(STREAM, ensure=False)
        began = time.perf_counter()
        await queue.consume(receive, arguments={"x-stream-offset": "first"})
        await full.wait()
        return ROWS / (time.perf_counter() - began)


async def tail(node: RabbitNode) -> float:
    """Messages a second through the connector, in this loop."""
    url = f"{node.url}/?stream={STREAM}&from=first"
    connector = RabbitConnector(read_options(url, RabbitConnector.Options))
    sink = Counting()
    began = time.perf_counter()
    task = asyncio.get_running_loop().create_task(connector.run(sink), name="connector")
    await sink.full.wait()
    took = time.perf_counter() - began
    task.cancel()
    await asyncio.wait([task])
    return ROWS / took


def run() -> list[Figure]:
    """The connector's rate beside aio-pika's."""
    with tempfile.TemporaryDirectory() as folder, running_node(Path(folder)) as node:
        asyncio.run(fill(node))
        ways: tuple[Callable[[RabbitNode], Awaitable[float]], ...] = (bare, tail)
        rates = [[asyncio.run(_once(way, node)) for way in ways] for _ in range(REPEATS)]
    limit = statistics.median(rate for rate, _ in rates)
    ours = sorted(rate for _, rate in rates)
    value = statistics.median(ours)
    beside = f"aio-pika, counting only {limit:,.0f}"
    goal = "at least 0.9 of the bare client"
    return [
        Figure("RabbitMQ tail", value, ours[0], ours[-1], "ev/s", beside, value / limit, goal, value >= 0.9 * limit)
    ]


async def _once(way: Callable[[RabbitNode], Awaitable[float]], node: RabbitNode) -> float:
    return await way(node)
