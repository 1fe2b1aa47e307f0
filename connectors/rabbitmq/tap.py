"""Where the messages come from: a temporary queue of our own, or a stream. Neither takes anything from anybody."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

import aiormq
from aiormq.abc import AbstractChannel

from connectors.rabbitmq.bindings import OUR_QUEUES, Binding, Missing, missing
from connectors.rabbitmq.link import BATCH, BROKEN, Link
from eventscope.connector import ConnectorError, Refused

__all__ = ["LARGEST_BACKLOG", "LONGEST_BACKLOG", "Stream", "Tap"]

LONGEST_BACKLOG: Final = 2_000
LARGEST_BACKLOG: Final = 16 * 2**20

BOUNDS: Final[dict[str, Any]] = {
    "x-max-length": LONGEST_BACKLOG,
    "x-max-length-bytes": LARGEST_BACKLOG,
    "x-overflow": "drop-head",
    # A policy that dead-letters everything must not flood anybody with our copies: this exchange never exists.
    "x-dead-letter-exchange": "evscope.none",
}


async def _ignore(_: Any) -> None:
    """The library's own way for messages, which none goes."""


class _Consumer:
    """A channel that messages arrive on."""

    def __init__(self, link: Link, channel: AbstractChannel) -> None:
        self._link = link
        self._channel = channel

    async def acknowledge(self, tag: int) -> None:
        """Let the broker send more: all messages up to `tag` are ours now."""
        try:
            await self._channel.basic_ack(tag, multiple=True, wait=False)
        except BROKEN as error:
            raise self._link.trouble() from error

    async def _consume(self, queue: str, arguments: dict[str, Any] | None = None) -> None:
        self._link.frames.channel = self._channel.number
        await self._channel.basic_qos(prefetch_count=2 * BATCH)
        await self._channel.basic_consume(queue, _ignore, arguments=arguments)


class Tap(_Consumer):
    """Our queue: exclusive, gone with the connection, and bounded by dropping its oldest messages."""

    @classmethod
    async def open(cls, link: Link) -> Tap:
        """Create the queue, not yet bound to anything; raises ConnectorError or Refused."""
        tap = cls(link, await link.channel())
        try:
            await tap._channel.queue_declare(
                tap.queue, exclusive=True, auto_delete=True, durable=False, arguments=BOUNDS
            )
            await tap._consume(tap.queue)
        except aiormq.exceptions.ChannelAccessRefused as error:
            raise Refused(
                f"the user may not create a queue for us; an operator grants configure, write and read on "
                f"^{OUR_QUEUES.replace('.', chr(92) + '.')}.*"
            ) from error
        except BROKEN as error:
            raise link.trouble() from error
        return tap

    def __init__(self, link: Link, channel: AbstractChannel) -> None:
        super().__init__(link, channel)
        self.queue = OUR_QUEUES + secrets.token_hex(8)
        self.bound: dict[str, frozenset[Binding]] = {}

    async def depth(self) -> int:
        """How many messages wait in the queue at the broker; raises ConnectorError if it is gone."""
        try:
            answer = await self._channel.queue_declare(self.queue, passive=True)
        except aiormq.exceptions.ChannelNotFoundEntity as error:
            raise ConnectorError("our temporary queue was deleted at the broker") from error
        except BROKEN as error:
            raise self._link.trouble() from error
        return int(getattr(answer, "message_count", 0) or 0)

    async def bind(self, exchange: str, wanted: frozenset[Binding], vhost: str) -> None:
        """Have exactly these bindings on `exchange`. Binding again is harmless, and restores what was lost.

        Raises Missing if there is no such exchange, Refused if we may not.
        """
        before = self.bound.pop(exchange, frozenset())
        try:
            async with self._link.errand() as channel:
                for binding in sorted(wanted):
                    await channel.queue_bind(self.queue, exchange, binding.key, arguments=json.loads(binding.arguments))
                for binding in sorted(before - wanted):
                    await channel.queue_unbind(
                        self.queue, exchange, binding.key, arguments=json.loads(binding.arguments)
                    )
        except aiormq.exceptions.ChannelNotFoundEntity as error:
            raise Missing(missing(exchange, vhost)) from error
        except aiormq.exceptions.ChannelAccessRefused as error:
            raise Refused(f"the user may not read the exchange {exchange}; an operator grants read on it") from error
        except aiormq.exceptions.ChannelPreconditionFailed as error:
            raise Refused(f"the exchange {exchange} does not take such a binding: {error}") from error
        except BROKEN as error:
            raise self._link.trouble() from error
        self.bound[exchange] = wanted


class Stream(_Consumer):
    """A stream queue, read from an offset; reading it takes nothing away."""

    @classmethod
    async def open(cls, link: Link, name: str, start: Any) -> Stream:
        """Begin to read; raises ConnectorError, or Refused for a queue that is no stream."""
        stream = cls(link, await link.channel())
        try:
            # A queue of another type refuses this argument, so that we never take messages from one.
            await stream._consume(name, {"x-stream-offset": start})
        except aiormq.exceptions.ChannelNotFoundEntity as error:
            raise Missing(f"there is no queue {name}; check the name, or start what declares it") from error
        except aiormq.exceptions.ChannelAccessRefused as error:
            raise Refused(f"the user may not read the queue {name}; an operator grants read on it") from error
        except aiormq.exceptions.ChannelPreconditionFailed as error:
            advice = "other queues cannot be read without taking their messages: tap the exchange"
            raise Refused(f"the queue {name} is no stream; {advice}") from error
        except BROKEN as error:
            raise link.trouble() from error
        return stream
