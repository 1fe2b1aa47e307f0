"""The history on Kafka: what is stored goes to a topic in its order, keyed by aggregate.

A broker that is away loses nothing: the outbox knows how far it has come.

Imported only when asked for: needs aiokafka.
"""

from __future__ import annotations

import json
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from eventscope import Event, EventBus, EventHandler
from examples.component import Component
from examples.orders.event_store import EventStore, Stored
from examples.orders.outbox import Outbox

__all__ = ["TOPIC", "KafkaOutlet", "message_of"]

TOPIC: Final = "orders"


class KafkaOutlet(Component):
    """Follows the store as the read model does: each notice on the bus makes it publish what is not published yet."""

    def __init__(self, store: EventStore, event_bus: EventBus, servers: str, topic: str = TOPIC) -> None:
        super().__init__(event_bus, "kafka_outlet")
        self._servers = servers
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None
        self._outbox = Outbox(store, "kafka", self._send)

    async def start(self) -> None:
        """Connect, and publish what an earlier run could not. Raises OSError for a broker that does not answer."""
        producer = AIOKafkaProducer(bootstrap_servers=self._servers, enable_idempotence=True)
        try:
            await producer.start()
        except (KafkaError, OSError) as error:
            await producer.stop()
            sentence = f"Kafka at {self._servers} does not answer; check the address and that it runs"
            raise ConnectionError(sentence) from error
        self._producer = producer
        await self._outbox.drain()

    async def stop(self) -> None:
        """Let go of the broker."""
        if self._producer is not None:
            await self._producer.stop()

    @EventHandler.on("order.*", subscription_name="kafka_outlet", retries=5, backoff=0.2)
    async def publish(self, event: Event) -> None:
        """Something was stored. When the broker stays away the next notice brings this event along."""
        await self._outbox.drain()

    async def _send(self, stored: Stored) -> None:
        if self._producer is None:
            raise ConnectionError("the outlet is not started")
        key, value = stored.aggregate_id.encode(), json.dumps(message_of(stored), ensure_ascii=False).encode()
        await self._producer.send_and_wait(self._topic, value, key=key)


def message_of(stored: Stored) -> dict[str, Any]:
    """The envelope of the seed system, with the ids that make a trace."""
    event = stored.event
    return {
        "event_id": event.id,
        "event_type": event.type,
        "event_version": stored.event_version,
        "aggregate_id": stored.aggregate_id,
        "version": stored.version,
        "timestamp": event.timestamp,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "data": event.payload,
    }
