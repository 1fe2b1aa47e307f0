"""`amqp://USER@HOST:PORT/VHOST?exchange=NAME` taps exchanges of RabbitMQ through a temporary queue of our own.

`firehose=1` reads what an operator traces, `stream=QUEUE&from=first` a stream. Consumers and publishers notice
nothing: the queue gets copies, is bounded, and is gone with the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, ClassVar

from connectors.login import IN_THE_CLEAR, Login, is_this_machine
from connectors.rabbitmq.bindings import Bindings
from connectors.rabbitmq.browse import exchanges_on_offer
from connectors.rabbitmq.charting import Charting
from connectors.rabbitmq.check import check_steps
from connectors.rabbitmq.link import Link
from connectors.rabbitmq.management import Management
from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.tail import Memory, Tail
from connectors.wording import many
from eventscope.connector import CheckResult, Connector, Offer, Runner, Sink

__all__ = ["RabbitConnector", "RabbitTlsConnector"]


class RabbitConnector(Connector):
    """Taps a RabbitMQ broker in the clear.

    A message costs so much more here than from Kafka that the window would feel some thousands a second, and a tap
    cannot move without missing what comes meanwhile: so it runs in a process from the start.
    """

    Options: ClassVar = RabbitOptions
    unpicked: ClassVar = {"exchange": "", "bind": "", "stream": "", "firehose": "1"}
    summary: ClassVar = "exchanges of RabbitMQ, copied by a temporary queue"
    tls: ClassVar = False
    runner = Runner.PROCESS
    options: RabbitOptions

    def __init__(self, options: RabbitOptions) -> None:
        super().__init__(options)
        self._memory = Memory()

    @property
    def label(self) -> str:
        """What is read, and where: `events on guest@localhost/shop`, at most 60 characters."""
        what = self.options.stream or ("firehose" if self.options.firehose else ",".join(self.options.exchange))
        vhost = self.options.path.strip("/")
        user = f"{self.options.user}@" if self.login else ""
        where = f"{user}{self.options.host}" + (f"/{vhost}" if vhost else "")
        full = f"{what} on {where}"
        return full if len(full) <= 60 else full[:59] + "…"

    @property
    def safety(self) -> str:
        """What attaching does."""
        return " · ".join(filter(None, (self._effect(), "publishes nothing", self._asking())))

    def _asking(self) -> str:
        asks = self.options.map_ and self.options.management_address(tls=self.tls)
        return "reads the management API every 5 s" if asks else ""

    @property
    def login(self) -> Login | None:
        """Who logs in where; None where our certificate does."""
        return self.options.login(tls=self.tls)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe: an encryption that is not verified, or a password that others could read."""
        if self.tls:
            return self.options.tls.warnings
        spoken = self.login is not None and not is_this_machine(self.options.host)
        return (IN_THE_CLEAR.format(what="password"),) if spoken else ()

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

    def position(self) -> Any:
        """That it was live, until when, and the offset in a stream."""
        return self._memory.told()

    def resume(self, position: Any) -> None:
        """Go on in a stream exactly there; a tap has been blind meanwhile."""
        self._memory = Memory.of(position)

    async def run(self, sink: Sink) -> None:
        """Tail until cancelled or the connection is lost."""
        try:
            async with self._link() as link:
                bindings = Bindings(self.options, self._management())
                charting = Charting(self.options, self._management(), tls=self.tls)
                await Tail(self.options, link, bindings, charting, sink, self._memory).run()
        except asyncio.CancelledError:
            self._memory = Memory()  # a stop that was asked for is no gap
            raise

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        """Exchanges and streams, with what goes through them."""
        async with contextlib.aclosing(exchanges_on_offer(self._management())) as looks:
            async for offers in looks:
                yield offers

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
