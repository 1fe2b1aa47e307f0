"""`python -m examples.defects.rabbitmq_email amqp://…`: the email consumer as a process of its own, on RabbitMQ.

A mail that fails goes to a queue where it lies for a while and comes back from (its dead-letter exchange is the way
back); each wait is longer than the one before. After the last one it is rejected, and dead-lettered for good.

    events ── defect.status_changed ──> email_notifications ── rejected ──> email_notifications.dead
                                          │            ▲
                                          └─> .retry.N ┘  (for N seconds)
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from eventscope import Event
from examples.alone import until_signal
from examples.defects.email_consumer import mail_about
from examples.defects.envelope import event_of
from examples.defects.rabbitmq_outlet import EXCHANGE

__all__ = ["QUEUE", "RabbitEmail"]

log = logging.getLogger(__name__)

QUEUE: Final = "email_notifications"
DEAD: Final = f"{QUEUE}.dead"
ATTEMPT: Final = "attempt"
WAITS_S: Final = (1.0, 5.0, 30.0)


class RabbitEmail:
    """Consumes on a channel; `send` mails, and what it raises is a mail that failed."""

    def __init__(
        self, channel: AbstractChannel, send: Callable[[Event], object], waits_s: Sequence[float] = WAITS_S
    ) -> None:
        self._channel = channel
        self._send = send
        self._waits_s = waits_s

    async def start(self) -> Self:
        """Declare what it needs, and receive from now on."""
        exchange = await self._channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        await self._channel.set_qos(prefetch_count=20)
        await self._queue(DEAD)
        for wait in self._waits_s:
            await self._queue(retry_queue(wait), back_to=QUEUE, **{"x-message-ttl": round(wait * 1_000)})
        queue = await self._queue(QUEUE, back_to=DEAD)
        await queue.bind(exchange, routing_key="defect.status_changed")
        await queue.consume(self._receive)
        return self

    async def _queue(self, name: str, back_to: str | None = None, **arguments: Any) -> aio_pika.abc.AbstractQueue:
        if back_to:  # through the default exchange, which brings a message to the queue of that name
            arguments |= {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": back_to}
        return await self._channel.declare_queue(name, durable=True, arguments=arguments)

    async def _receive(self, message: AbstractIncomingMessage) -> None:
        try:
            event = event_of(message.body)
        except ValueError as error:
            log.warning("a message is no domain event, and dead-lettered at once: %s", error)
            await message.reject()
            return
        try:
            self._send(event)
        except Exception as error:
            await self._failed(message, error)
        else:
            await message.ack()

    async def _failed(self, message: AbstractIncomingMessage, error: Exception) -> None:
        """Put it off, or give it up. It is acknowledged when the broker has confirmed the copy that waits."""
        attempt = attempt_of(message)
        if attempt > len(self._waits_s):
            log.warning("a mail is dead-lettered after %d attempts: %s", attempt, error)
            await message.reject()
            return
        later = aio_pika.Message(
            message.body,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            content_type=message.content_type,
            message_id=message.message_id,
            type=message.type,
            app_id=message.app_id,
            correlation_id=message.correlation_id,
            headers={**message.headers, ATTEMPT: attempt + 1},
        )
        await self._channel.default_exchange.publish(later, retry_queue(self._waits_s[attempt - 1]), mandatory=True)
        await message.ack()


def retry_queue(wait_s: float) -> str:
    """The queue in which a mail lies for so many seconds."""
    return f"{QUEUE}.retry.{wait_s:g}"


def attempt_of(message: AbstractIncomingMessage) -> int:
    """The number of this attempt, from 1."""
    number = message.headers.get(ATTEMPT)
    return number if isinstance(number, int) else 1


async def consume(url: str) -> None:
    """Mail (to the terminal) until cancelled; the connection is made anew when the broker was away."""
    async with await aio_pika.connect_robust(
        url, client_properties={"connection_name": "email_consumer"}
    ) as connection:
        channel = await connection.channel()
        await RabbitEmail(channel, lambda event: print("Отправка email:", mail_about(event))).start()
        await asyncio.Future()


def main(arguments: Sequence[str]) -> int:
    """Consume from the broker of the URL given; returns the exit code."""
    url = arguments[0] if arguments else "amqp://guest:guest@127.0.0.1:5672/"
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # that the broker is away is said below
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(until_signal(consume(url)))
    except OSError as error:
        print(
            f"email_consumer: error: RabbitMQ cannot be used: {error}; check the URL and that it runs", file=sys.stderr
        )
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
