"""`amqp://USER@HOST:PORT/VHOST?exchange=NAME` taps exchanges of RabbitMQ through a temporary queue of our own.

`firehose=1` reads what an operator traces, `stream=QUEUE&from=first` a stream. Consumers and publishers notice
nothing: the queue gets copies, is bounded, and is gone with the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

from connectors.rabbitmq.bindings import Bindings
from connectors.rabbitmq.check import check_steps
from connectors.rabbitmq.link import Link
from connectors.rabbitmq.management import Management
from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.tail import Memory, Tail
from connectors.wording import many
from eventscope.connector import CheckResult, Connector, Sink

__all__ = ["RabbitConnector", "RabbitTlsConnector"]


class RabbitConnector(Connector):
    """Taps a RabbitMQ broker in the clear."""

    Options: ClassVar = RabbitOptions
    summary: ClassVar = "exchanges of RabbitMQ, copied by a temporary queue"
    tls: ClassVar = False

    def __init__(self, options: RabbitOptions) -> None:
        super().__init__(options)
        self._memory = Memory()

    @property
    def label(self) -> str:
        """What is read, and where: `events on guest@localhost/shop`, at most 60 characters."""
        what = self.options.stream or ("firehose" if self.options.firehose else ",".join(self.options.exchange))
        vhost = self.options.path.strip("/")
        where = f"{self.options.user}@{self.options.host}" + (f"/{vhost}" if vhost else "")
        full = f"{what} on {where}"
        return full if len(full) <= 60 else full[:59] + "…"

    @property
    def safety(self) -> str:
        """What attaching does."""
        parts = [self._effect(), "publishes nothing"]
        if self.tls and self.options.no_verify_ssl:
            parts.append("the broker's certificate is not checked")
        return " · ".join(parts)

    def _effect(self) -> str:
        options = self.options
        if options.stream:
            return "reads one stream queue · takes nothing from it"
        queue = "creates 1 temporary queue"
        if options.firehose:
            return f"{queue}, 1 binding to amq.rabbitmq.trace · copies only · never switches tracing on"
        if not options.bind:
            return f"{queue}, bound like the queues of {many(len(options.exchange), 'exchange')} · copies only"
        bindings = many(len(options.bind) * len(options.exchange), "binding")
        return f"{queue}, {bindings} · copies only · what only these match is not returned to publishers meanwhile"

    async def run(self, sink: Sink) -> None:
        """Tail until cancelled or the connection is lost."""
        try:
            async with self._link() as link:
                bindings = Bindings(self.options, self._management())
                await Tail(self.options, link, bindings, sink, self._memory).run()
        except asyncio.CancelledError:
            self._memory = Memory()  # a stop that was asked for is no gap
            raise

    async def check(self) -> AsyncIterator[CheckResult]:
        """Try address, connection, login, and what shall be read."""
        async for result in check_steps(self.options, self._link(), self._management(), tls=self.tls):
            yield result

    def _link(self) -> Link:
        return Link(self.options, tls=self.tls)

    def _management(self) -> Management | None:
        return Management.of(self.options, tls=self.tls)


class RabbitTlsConnector(RabbitConnector):
    """Taps a RabbitMQ broker over TLS."""

    summary: ClassVar = "exchanges of RabbitMQ over TLS, copied by a temporary queue"
    tls: ClassVar = True
