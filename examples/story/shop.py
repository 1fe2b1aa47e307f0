"""The shop: takes orders on its own bus, sends them on to Kafka, and hears by RabbitMQ how they went.

Run by `python -m examples.story.shop`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
from collections.abc import Iterator
from typing import Any, Final

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aiokafka import AIOKafkaProducer

from eventscope import Event, EventBus
from examples.story.addresses import EVENTS, ORDERS, reader

GOODS: Final = ("teapot", "kettle", "grinder", "filter paper", "beans 1 kg", "scales")
"""What is sold. Every seventh order is too expensive for whoever ordered it."""

ENDINGS: Final = {"shipment.dispatched": "order.shipped", "payment.declined": "order.cancelled"}
"""What is heard from others, and what it means for an order."""


class Shop:
    """Orders from the click to the end; `idle` is set while none is under way."""

    def __init__(self, bus: EventBus, kafka: AIOKafkaProducer) -> None:
        self.idle = asyncio.Event()
        self._under_way: set[str] = set()
        self._bus = bus
        self._kafka = kafka
        bus.subscribe(self.reserve, types="order.created", name="stock.reserve")
        bus.subscribe(self.send_on, types="order.created", name="orders.to_kafka", retries=3)
        bus.subscribe(self.thank, types="order.shipped", name="mail.thank")

    async def take(self, number: int) -> None:
        """An order was placed."""
        total = 980.0 if number % 7 == 6 else 12.5 + number % 5 * 8
        order: dict[str, Any] = {"order": f"A-{1000 + number}", "item": GOODS[number % len(GOODS)], "total": total}
        self._under_way.add(order["order"])
        self.idle.clear()
        await self._bus.publish(Event("order.created", order, source="shop", priority="HIGH"))

    async def reserve(self, event: Event) -> None:
        """Put the goods aside. What a handler publishes is caused by what it handles, without a word."""
        await asyncio.sleep(0.002)
        await self._bus.publish(Event("stock.reserved", {"item": event.payload["item"]}, source="shop"))

    async def send_on(self, event: Event) -> None:
        """Send the order to Kafka. It stays the same event there: the headers say which."""
        facts = {"id": event.id, "type": event.type, "correlation_id": event.correlation_id, "source": event.source}
        headers = [(name, text.encode()) for name, text in facts.items()]
        body, key = json.dumps(event.payload).encode(), event.payload["order"].encode()
        await self._kafka.send_and_wait(ORDERS, body, key, headers=headers)

    async def thank(self, event: Event) -> None:
        """Write to the customer."""
        await asyncio.sleep(0.001)

    async def hear(self, message: AbstractIncomingMessage) -> None:
        """Payment or shipping did something: go on with the order that it was for."""
        async with message.process():
            order = json.loads(message.body)
            ending = Event(
                ENDINGS[message.type or ""],
                order,
                source="shop",
                correlation_id=message.correlation_id,
                causation_id=message.message_id,
            )
            await self._bus.publish(ending)
        self._under_way.discard(order["order"])
        if not self._under_way:
            self.idle.set()
        print(f"{ending.type} {order['order']}", flush=True)


async def listen(shop: Shop, connection: aio_pika.abc.AbstractConnection) -> None:
    """Have the shop hear of what its orders wait for."""
    channel = await connection.channel()
    events = await channel.declare_exchange(EVENTS, aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("shop", durable=True)
    for key in ENDINGS:
        await queue.bind(events, key)
    await queue.consume(shop.hear)


async def sell(shop: Shop, numbers: Iterator[int], rate: float) -> None:
    """Take orders, so many a second, and wait until all of them have ended."""
    for number in numbers:
        await shop.take(number)
        await asyncio.sleep(1 / rate)
    await shop.idle.wait()


async def main(arguments: argparse.Namespace) -> None:
    """The shop from opening to closing time."""
    numbers = itertools.count() if arguments.orders is None else iter(range(arguments.orders))
    connection = await aio_pika.connect_robust(arguments.amqp)
    async with connection, AIOKafkaProducer(bootstrap_servers=arguments.kafka) as kafka, EventBus(name="shop") as bus:
        with bus.tap(arguments.tap):
            shop = Shop(bus, kafka)
            await listen(shop, connection)
            await asyncio.sleep(arguments.wait)
            await sell(shop, numbers, arguments.rate)
            await bus.stop()


def arguments() -> Any:
    """What the user wants."""
    parser = reader(__doc__)
    parser.add_argument("--tap", metavar="PATH", help="where the monitor listens; by default your own address")
    parser.add_argument("--rate", type=float, default=2, metavar="N", help="orders a second; 2 by default")
    parser.add_argument("--orders", type=int, metavar="N", help="close after so many; by default never")
    parser.add_argument("--wait", type=float, default=3, metavar="S", help="seconds before the first order")
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(arguments()))
