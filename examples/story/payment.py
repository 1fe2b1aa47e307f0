"""Payment, a FastStream service: reads orders from Kafka, and tells by RabbitMQ what became of the money.

Run by `python -m examples.story.payment`.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, Final

from faststream import FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange

from examples.story.addresses import EVENTS, ORDERS, reader

LIMIT: Final = 500.0
"""Nobody here can pay more than this."""


def application(kafka_address: str, amqp_url: str) -> FastStream:
    """The service."""
    kafka = KafkaBroker(kafka_address)
    rabbit = RabbitBroker(amqp_url, app_id="payment")
    events = RabbitExchange(EVENTS, type=ExchangeType.TOPIC, durable=True)

    @kafka.subscriber(ORDERS, group_id="payment", auto_offset_reset="earliest")
    async def pay(order: dict[str, Any], message: KafkaMessage) -> None:
        """Capture the money. The answer belongs to the order, and says by which event it was caused."""
        outcome = "payment.captured" if order["total"] <= LIMIT else "payment.declined"
        await asyncio.sleep(0.004)
        await rabbit.publish(
            order,
            exchange=events,
            routing_key=outcome,
            message_type=outcome,
            message_id=str(uuid.uuid4()),
            correlation_id=message.correlation_id,
            headers={"causation_id": message.headers["id"]},
            persist=True,
        )
        print(f"{outcome} {order['order']}", flush=True)

    return FastStream(rabbit, kafka)


if __name__ == "__main__":
    options = reader(__doc__).parse_args()
    asyncio.run(application(options.kafka, options.amqp).run())
