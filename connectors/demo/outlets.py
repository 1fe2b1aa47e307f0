"""Outlets: where a demo's events go besides a tap, a Kafka topic or a RabbitMQ exchange.

Nothing else in the monitor writes to a broker, and this only when somebody asks for it by `demo --to`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from eventscope import EventBus
from eventscope.connector import Connector, ConnectorError, Refused
from eventscope.event import Event
from eventscope.step import Phase, Step

__all__ = ["outlet"]

log = logging.getLogger(__name__)

WAITING: Final = 20_000
"""Events that may wait for a broker, at most."""

OPEN_S: Final = 10.0

Send = Callable[[Event], Awaitable[object]]


@contextlib.asynccontextmanager
async def outlet(connector: Connector, bus: EventBus) -> AsyncIterator[None]:
    """Publish what is published on `bus` to what `connector` names, and at the end what still waits.

    Raises Refused where that is no topic or exchange, ConnectorError when the broker cannot be reached or is lost.
    """
    waiting = Waiting()
    async with _sender(connector) as send:
        unobserve = bus.observe(waiting.note)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(waiting.forward(send), name="demo outlet")
                try:
                    yield
                finally:
                    unobserve()
                    waiting.end()
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors


class Waiting:
    """What was published on a bus and waits for a broker."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(WAITING)
        self._left_out = 0

    def note(self, step: Step) -> None:
        """Observe the bus. When the broker is slower than the demo the newest events are left out, and counted."""
        if step.phase == Phase.PUBLISHED:
            try:
                self._events.put_nowait(step.event)
            except asyncio.QueueFull:
                self._left_out += 1

    async def forward(self, send: Send) -> None:
        """Send until the end."""
        while event := await self._events.get():
            await send(event)

    def end(self) -> None:
        """Nothing comes any more."""
        if self._events.full():  # and perhaps nobody takes from it any more
            self._events.get_nowait()
            self._left_out += 1
        self._events.put_nowait(None)
        if self._left_out:
            log.warning("the broker was slower than the demo: %d events were left out", self._left_out)


def message_of(event: Event) -> bytes:
    """An event as the seed systems write it, in UTF-8."""
    at = datetime.fromtimestamp(event.timestamp / 1e9, UTC)
    told: dict[str, Any] = {
        "event_id": event.id,
        "event_type": event.type,
        "timestamp": at.isoformat(),
        "category": str(event.category),
        "priority": event.priority.name,
        "source": event.source,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "data": event.payload,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=False).encode()


def _sender(connector: Connector) -> contextlib.AbstractAsyncContextManager[Send]:
    kind = type(connector).__module__.split(".")[1]
    if kind == "kafka":
        return _to_topic(connector.options)
    if kind == "rabbitmq":
        return _to_exchange(connector)
    raise Refused(f"a demo publishes to tap:, kafka: and amqp:, not to {connector.label}")


@contextlib.asynccontextmanager
async def _to_topic(options: Any) -> AsyncIterator[Send]:
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError

    from connectors.kafka.logs import calm_logs
    from connectors.kafka.security import client_arguments

    calm_logs()

    if len(options.topics) != 1:
        raise Refused("a demo publishes to one topic; write kafka://HOST:PORT/TOPIC")
    servers = [f"{host}:{port}" for host, port in options.brokers]
    producer = AIOKafkaProducer(bootstrap_servers=servers, **client_arguments(options, OPEN_S))
    try:
        await _started(producer, options)
        deliveries = Deliveries(producer, options.topics[0])
        yield deliveries.send
        await deliveries.settle()
    except KafkaError as error:
        raise ConnectorError(f"Kafka does not take the events: {error}") from error
    finally:
        await producer.stop()


class Deliveries:
    """Events on their way to a topic; one that did not arrive is raised with the next, or at the end."""

    def __init__(self, producer: Any, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self._failures: list[BaseException] = []

    async def send(self, event: Event) -> None:
        """Hand over one event; raises KafkaError for one before it."""
        self._check()
        key = (event.correlation_id or event.id).encode()
        delivery = await self._producer.send(self._topic, message_of(event), key=key)
        delivery.add_done_callback(self._note)

    async def settle(self) -> None:
        """Return when all have arrived; raises KafkaError if one has not."""
        await self._producer.flush()
        self._check()

    def _note(self, delivery: asyncio.Future[Any]) -> None:
        if not delivery.cancelled() and (failure := delivery.exception()) is not None:
            self._failures.append(failure)

    def _check(self) -> None:
        if self._failures:
            raise self._failures[0]


async def _started(producer: Any, options: Any) -> None:
    """Start, or raise ConnectorError that says why not."""
    from aiokafka.errors import KafkaError

    from connectors.kafka.probe import explain

    try:
        await producer.start()
    except (KafkaError, OSError) as error:
        raise await explain(options) from error


@contextlib.asynccontextmanager
async def _to_exchange(connector: Any) -> AsyncIterator[Send]:
    import aiormq

    from connectors.rabbitmq.link import BROKEN, Link

    if len(connector.options.exchange) != 1:
        raise Refused("a demo publishes to one exchange; write amqp://HOST:PORT/?exchange=NAME")
    (name,) = connector.options.exchange
    async with Link(connector.options, tls=connector.tls) as link:
        try:
            channel = await link.channel()
            await channel.exchange_declare(exchange=name, exchange_type="topic", durable=True)
            yield lambda event: channel.basic_publish(
                message_of(event),
                exchange=name,
                routing_key=event.type,
                properties=aiormq.spec.Basic.Properties(content_type="application/json", delivery_mode=2),
            )
        except BROKEN as error:
            raise ConnectorError(f"RabbitMQ does not take the events: {error}") from error
