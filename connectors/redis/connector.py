"""`redis://HOST:PORT?channel=NAME` hears channels of Redis, `?stream=NAME` reads streams; `rediss:` over TLS."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, ClassVar

from connectors.login import IN_THE_CLEAR, Login, is_this_machine
from connectors.reach import Reach
from connectors.redis.browse import offers_of
from connectors.redis.hearing import Hearing
from connectors.redis.link import answer, connected
from connectors.redis.options import RedisOptions, RedisTlsOptions
from connectors.redis.reading import Reading
from connectors.wording import many
from eventscope.connector import CheckResult, Connector, ConnectorError, Offer, Sink

__all__ = ["RedisConnector", "RedisTlsConnector"]


class RedisConnector(Connector):
    """Reads channels or streams of one server. Streams have a position, channels have none."""

    Options: ClassVar = RedisOptions
    unpicked: ClassVar = {"channel": "*", "stream": ""}
    summary: ClassVar = "channels and streams of Redis"
    options: RedisOptions

    def __init__(self, options: RedisOptions) -> None:
        super().__init__(options)
        self._reading = Reading(options)
        self._hearing = Hearing(options)

    @property
    def label(self) -> str:
        """What is read, and where: `events on localhost`, at most 60 characters."""
        database = f"/{self.options.path}" if self.options.path != "0" else ""
        full = f"{','.join(self._names)} on {self.options.host}{database}"
        return full if len(full) <= 60 else full[:59] + "…"

    @property
    def safety(self) -> str:
        """What attaching does."""
        if self.options.stream:
            return f"reads {many(len(self._names), 'stream')} without a group · takes nothing from it · writes nothing"
        return f"subscribes to {many(len(self._names), 'channel')} · copies only · publishes nothing"

    @property
    def login(self) -> Login | None:
        """Who logs in, None where nobody does."""
        return self.options.login

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe: an encryption that is not verified, or a password that others could read."""
        if self.options.tls:
            return self.options.tls.warnings
        spoken = self.login is not None and not is_this_machine(self.options.host)
        return (IN_THE_CLEAR.format(what="password"),) if spoken else ()

    @property
    def _names(self) -> tuple[str, ...]:
        return self.options.stream or self.options.channel

    def position(self) -> Any:
        """The id of the last entry by stream; channels have nothing of the kind."""
        return dict(self._reading.places) if self.options.stream else None

    def resume(self, position: Any) -> None:
        """Go on in streams exactly there."""
        self._reading.resume(position or {})

    async def run(self, sink: Sink) -> None:
        """Tail until cancelled or the connection is lost."""
        tail = self._reading if self.options.stream else self._hearing
        async with connected(self.options) as client:
            await tail.run(client, sink)

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        """Channels that are listened to, and streams."""
        async with contextlib.aclosing(offers_of(self.options)) as looks:
            async for offers in looks:
                yield offers

    async def check(self) -> AsyncIterator[CheckResult]:
        """Try address, connection, login, and what shall be read."""
        reach = Reach(self.options.host, self.options.port, self.options.tls, self.options.name_in_certificate)
        async for result in reach.steps():
            yield result
        if reach.error:
            return
        try:
            async with connected(self.options) as client:
                version = (await answer(client.info("server")))["redis_version"]
                encrypted = "" if self.options.tls else ", not encrypted"
                yield CheckResult("login", True, f"Redis {version}, database {self.options.path}{encrypted}")
                for name in self.options.stream:
                    length = await answer(client.xlen(name))
                    yield CheckResult("stream", True, f"{name} has {many(length, 'event')}")
                for name in self.options.channel:
                    yield CheckResult("channel", True, f"{name} may be heard; what is published before is not kept")
        except ConnectorError as error:
            yield CheckResult("login", False, str(error))


class RedisTlsConnector(RedisConnector):
    """Reads channels or streams of one server over TLS."""

    Options: ClassVar = RedisTlsOptions
    summary: ClassVar = "channels and streams of Redis over TLS"
