"""What tests of the RabbitMQ connector do: an application that publishes and consumes, and taps beside it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from rabbitmq_broker import RabbitNode

from app.sources.hosted import Hosted
from connectors.gap import GAP_TYPE
from connectors.options import read_options
from connectors.rabbitmq.connector import RabbitConnector
from eventscope.connector import Connector, Record, Runner
from eventscope.event import Event
from eventscope.payload import payload_bytes
from tests.connectors.conformance import Collected, World, eventually, run, stopped

LONGEST_SHORT_TEXT = 255

runner = Runner.LOOP
"""Where connectors run; tests that hold for both runners change it."""


class Application:
    """A real program on a broker: it publishes with confirms, and consumes queues with acknowledgements."""

    def __init__(self, node: RabbitNode) -> None:
        self.node = node
        self.returned: list[bytes | None] = []
        self.received: list[tuple[bytes, bool]] = []

    async def start(self) -> None:
        self._connection: AbstractConnection = await aio_pika.connect(self.node.url)
        self.channel: AbstractChannel = await self._connection.channel(on_return_raises=False)
        self.channel.return_callbacks.add(lambda _, message: self.returned.append(message.body))

    async def aclose(self) -> None:
        await self._connection.close()

    async def send(self, exchange: str, bodies: Iterable[bytes], key: str = "", **more: Any) -> None:
        """Publish each body and wait for its confirm; raises if the broker refuses one."""
        mandatory = more.pop("mandatory", False)
        target = await self.channel.get_exchange(exchange, ensure=False)
        await asyncio.gather(
            *(target.publish(aio_pika.Message(body, **more), key, mandatory=mandatory) for body in bodies)
        )

    async def consume(self, queue: str) -> None:
        """Receive and acknowledge everything from a queue."""

        async def receive(message: AbstractIncomingMessage) -> None:
            self.received.append((message.body, bool(message.redelivered)))
            await message.ack()

        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=50)
        await (await channel.get_queue(queue, ensure=False)).consume(receive)

    @property
    def bodies(self) -> list[bytes]:
        return [body for body, _ in self.received]


def numbered(count: int, first: int = 0) -> list[bytes]:
    return [b"%d" % number for number in range(first, first + count)]


def connector(node: RabbitNode, query: str, *, port: int | None = None, login: str = "guest:guest") -> Connector:
    """A tap on the node, or on what stands before it at `port`."""
    management = "" if "management=" in query else f"&management=127.0.0.1:{node.management}"
    url = f"amqp://{login}@127.0.0.1:{port or node.port}/?{query}{management}"
    made = RabbitConnector(read_options(url, RabbitConnector.Options))
    return Hosted(made) if runner is Runner.PROCESS else made


@contextlib.asynccontextmanager
async def tailing(source: Connector) -> AsyncIterator[Collected]:
    """A connector that is connected and runs until the end of the block."""
    sink = Collected()
    task = run(source, sink)
    try:
        await eventually(lambda: bool(sink.states) or task.done())
        if task.done():
            task.result()
        yield sink
    finally:
        await stopped(task)


class Supervised(Collected):
    """A sink that also knows why runs have failed."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[str] = []


@contextlib.asynccontextmanager
async def supervised(source: Connector) -> AsyncIterator[Supervised]:
    """A connector that is run again after each failure, as a supervisor does."""
    sink = Supervised()

    async def drive() -> None:
        while True:
            try:
                await source.run(sink)
            except Exception as error:
                sink.failures.append(str(error))
            await asyncio.sleep(0.5)

    task = asyncio.get_running_loop().create_task(drive(), name="supervisor under test")
    try:
        await eventually(lambda: bool(sink.states or sink.failures))
        yield sink
    finally:
        await stopped(task)


def values(sink: Collected) -> list[bytes | None]:
    """The payloads that came, without the rows of gaps."""
    return [record.payload for record in sink.records if record.type != GAP_TYPE]


def gaps(sink: Collected) -> list[Record]:
    return [record for record in sink.records if record.type == GAP_TYPE]


class RabbitWorld(World):
    """An exchange; AMQP properties carry what belongs to an event, headers what is too long for them."""

    scheme = "amqp"

    def __init__(self, application: Application, exchange: str) -> None:
        self._application = application
        self._exchange = exchange

    def connector(self) -> Connector:
        return connector(self._application.node, f"exchange={self._exchange}")

    async def publish(self, events: Sequence[Event]) -> None:
        target = await self._application.channel.get_exchange(self._exchange, ensure=False)
        await asyncio.gather(*(target.publish(self._message(event), "") for event in events))

    def expected(self, event: Event) -> Mapping[str, Any]:
        return {
            "type": event.type,
            "id": event.id,
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "payload": self._message(event).body,
        }

    def _message(self, event: Event) -> aio_pika.Message:
        causation = {"causation_id": event.causation_id} if event.causation_id else {}
        if max(len(text.encode()) for text in (event.type, event.id)) > LONGEST_SHORT_TEXT:
            facts = {"type": event.type, "id": event.id, "correlation_id": event.correlation_id}
            return aio_pika.Message(payload_bytes(event.payload) or b"", headers={**facts, **causation})
        return aio_pika.Message(
            payload_bytes(event.payload) or b"",
            type=event.type,
            message_id=event.id,
            correlation_id=event.correlation_id,
            headers=causation,
        )
