"""Outlets: where a demo's events go besides a tap, a Kafka topic or a RabbitMQ exchange.

Nothing else in the monitor writes to a broker, and this only when somebody asks for it by `demo --to`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from eventscope import EventBus
from eventscope.connector import Connector, ConnectorError, Refused
from eventscope.event import Event
from eventscope.step import Phase, Step

__all__ = ["outlet"]

WAITING: Final = 20_000
"""Events that may wait for a broker, at most."""

OPEN_S: Final = 10.0

Send = Callable[[Event], Awaitable[object]]


@contextlib.asynccontextmanager
async def outlet(connector: Connector, bus: EventBus) -> AsyncIterator[None]:
    """Publish what is published on `bus` to what `connector` names, and at the end what still waits.

    Raises Refused where that is no topic or exchange, ConnectorError when the broker cannot be reached or is lost.
    """
    waiting: asyncio.Queue[Event | None] = asyncio.Queue(WAITING)
    async with _sender(connector) as send:
        unobserve = bus.observe(lambda step: _enqueue(waiting, step))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_forward(waiting, send), name="demo outlet")
                try:
                    yield
                finally:
                    unobserve()
                    with contextlib.suppress(asyncio.QueueFull):
                        waiting.put_nowait(None)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors


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


def _enqueue(waiting: asyncio.Queue[Event | None], step: Step) -> None:
    if step.phase == Phase.PUBLISHED:
        with contextlib.suppress(asyncio.QueueFull):  # the broker is slower than the demo: the newest are left out
            waiting.put_nowait(step.event)


async def _forward(waiting: asyncio.Queue[Event | None], send: Send) -> None:
    while event := await waiting.get():
        await send(event)


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
        yield lambda event: producer.send(
            options.topics[0], message_of(event), key=(event.correlation_id or event.id).encode()
        )
    except KafkaError as error:
        raise ConnectorError(f"Kafka does not take the events: {error}") from error
    finally:
        await producer.stop()


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
