"""Shipping, on plain aio-pika: packs what was paid for, and tells by RabbitMQ when a parcel is on its way.

Run by `python -m examples.story.shipping`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import uuid
from datetime import UTC, datetime

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from examples.story.addresses import EVENTS, reader


async def dispatch(events: AbstractExchange, message: AbstractIncomingMessage) -> None:
    """Pack one order; the answer carries its correlation on, and names the payment as its cause."""
    async with message.process():
        order = json.loads(message.body)
        await asyncio.sleep(0.01)
        parcel = aio_pika.Message(
            json.dumps({"order": order["order"], "parcel": f"P{uuid.uuid4().hex[:8]}"}).encode(),
            content_type="application/json",
            type="shipment.dispatched",
            message_id=str(uuid.uuid4()),
            correlation_id=message.correlation_id,
            headers={"causation_id": message.message_id},
            timestamp=datetime.now(UTC),
            app_id="shipping",
        )
        await events.publish(parcel, "shipment.dispatched")
    print(f"shipment.dispatched {order['order']}", flush=True)


async def main(amqp_url: str) -> None:
    """Work until the program is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with await aio_pika.connect_robust(amqp_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=10)
        events = await channel.declare_exchange(EVENTS, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue("shipping", durable=True)
        await queue.bind(events, "payment.captured")
        await queue.consume(lambda message: dispatch(events, message))
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(reader(__doc__).parse_args().amqp))
