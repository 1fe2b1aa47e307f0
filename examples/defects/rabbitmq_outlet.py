"""RabbitMQ as an outlet: the topic exchange `events`, the type as routing key, messages that outlive a restart.

The body is the envelope and nothing else. What belongs to the event besides it is in the properties.
"""

from __future__ import annotations

from typing import Final

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractExchange
from aio_pika.connection import make_url
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from eventscope import Event
from examples.defects.envelope import envelope_of

__all__ = ["EXCHANGE", "RabbitOutlet", "message_of"]

EXCHANGE: Final = "events"
PATIENCE_S: Final = 5.0
"""How long the broker may take to answer."""


class RabbitOutlet:
    """Publishes with confirms over one connection, which is made when it is needed, and made anew after a failure."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None

    async def publish(self, event: Event) -> None:
        """Return when the broker has confirmed that the event is safe. Raises OSError when it is away."""
        try:
            exchange = self._exchange or await self._connect()
            await exchange.publish(message_of(event), routing_key=event.type, timeout=PATIENCE_S)
        except (AMQPError, ChannelInvalidStateError, OSError) as error:
            await self.close()
            raise ConnectionError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> AbstractExchange:
        # Made before it connects: one that cannot has to be closed as well.
        self._connection = connection = aio_pika.Connection(make_url(self._url))
        await connection.connect(timeout=PATIENCE_S)
        channel = await connection.channel(publisher_confirms=True)
        self._exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        return self._exchange


def message_of(event: Event) -> aio_pika.Message:
    """The persistent message that tells of an event."""
    return aio_pika.Message(
        envelope_of(event).encode(),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        content_type="application/json",
        message_id=event.id,
        type=event.type,
        app_id=event.source,
        correlation_id=event.correlation_id,
        headers={"causation_id": event.causation_id} if event.causation_id else {},
    )
