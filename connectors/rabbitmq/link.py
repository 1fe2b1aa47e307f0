"""A connection to RabbitMQ: opened within ten seconds or explained, and closed within two."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any, Final

import aiormq
from aiormq.abc import AbstractChannel
from aiormq.connection import TransportFactory
from yarl import URL

from connectors.rabbitmq.frames import Frames
from connectors.rabbitmq.logs import calm_logs
from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.trouble import connect_trouble, lost_trouble
from connectors.reach import Reach
from connectors.source_url import place_of
from eventscope.connector import ConnectorError, Refused

__all__ = ["BATCH", "BROKEN", "DEAF", "Link"]

log = logging.getLogger(__name__)

CONNECT_S: Final = 10.0
CLOSE_S: Final = 2.0
HEARTBEAT_S: Final = 10
BATCH: Final = 250
"""Messages that are handed over at once, at most; the broker sends twice as many ahead."""

DEAF: Final = 4
"""Ticks of silence from which on nobody is waited for: a goodbye would not be answered."""

BROKEN: Final = (aiormq.AMQPError, OSError, RuntimeError)
"""What the library raises on a channel or connection that is gone."""

calm_logs()


class Link:
    """An open connection, as an async context manager. Entering raises ConnectorError or Refused."""

    def __init__(self, options: RabbitOptions, *, tls: bool) -> None:
        self._options = options
        self._tls = tls
        self.place = place_of(*options.address(tls=tls))
        self._connection: aiormq.Connection | None = None
        self._transport: _Transport | None = None

    @property
    def frames(self) -> Frames:
        """What comes from the broker."""
        assert self._transport is not None and self._transport.frames is not None  # noqa: PT018
        return self._transport.frames

    async def __aenter__(self) -> Link:
        self._demand_login()
        context = self._options.tls.context() if self._tls else None
        self._transport = _Transport(context, self._options.server_name)
        self._connection = self._prepare(self._transport)
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connection.connect()
        except BaseException as error:
            await self._close()
            if not isinstance(error, Exception):
                raise
            raise await self._reason(error) from error
        return self

    async def _reason(self, error: Exception) -> ConnectorError:
        """Why it was not opened. Over TLS a broker that resets the connection may have told that before: look again."""
        frames = self._transport.frames if self._transport else None
        known = connect_trouble(error, self.place, frames.farewell if frames else None, self._options)
        if known is None and self._tls:
            reach = Reach(*self._options.address(tls=True), self._options.tls, self._options.server_name)
            await reach.go()
            known = reach.error
        greeting = f"{self.place} ended the connection during the greeting; check that it is RabbitMQ's AMQP port"
        return known or ConnectorError(greeting)

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def channel(self) -> AbstractChannel:
        """A new channel; raises ConnectorError when the connection is gone."""
        assert self._connection is not None
        try:
            return await self._connection.channel(publisher_confirms=False)
        except BROKEN as error:
            raise self.trouble() from error

    @contextlib.asynccontextmanager
    async def errand(self) -> AsyncIterator[AbstractChannel]:
        """A channel to be thrown away: what the broker refuses closes it, and nothing else."""
        channel = await self.channel()
        try:
            yield channel
        finally:
            if not channel.is_closed and not self.frames.ended:
                await channel.close()

    def trouble(self) -> ConnectorError:
        """Why the connection is gone."""
        return lost_trouble(self.place, self.frames.farewell)

    @property
    def server(self) -> str:
        """The broker's product and version."""
        facts: Any = getattr(self._connection, "server_properties", {})
        return f"{facts.get('product', 'AMQP broker')} {facts.get('version', '')}".strip()

    def _demand_login(self) -> None:
        """Raise Refused if there is no password; the library would try that of a fresh broker."""
        login = self._options.login(tls=self._tls)
        if login and not self._options.secret:
            raise Refused(f"there is no password for {login.who}")

    def _prepare(self, transport: _Transport) -> aiormq.Connection:
        host, port = self._options.address(tls=self._tls)
        query = {"heartbeat": str(HEARTBEAT_S), "name": _our_name(), "auth": self._options.auth.value}
        secret = self._options.secret or None
        url = URL.build(
            scheme="amqp", user=self._options.user, password=secret, host=host, port=port, path="/", query=query
        )
        connection = aiormq.Connection(url, transport_factory=transport)
        connection.vhost = self._options.path
        return connection

    async def _close(self) -> None:
        """Say goodbye; a connection that does not answer is cut."""
        if self._transport is not None and self._transport.deaf:
            await self._transport.cut()
        if self._connection is not None and not self._connection.is_closed:
            with contextlib.suppress(*BROKEN):  # a TimeoutError is an OSError
                async with asyncio.timeout(CLOSE_S):
                    await self._connection.close()
        if self._transport is not None:
            await self._transport.cut()


class _Transport(TransportFactory):
    """Opens the socket, and sits between it and the library."""

    def __init__(self, context: ssl.SSLContext | None, server_name: str | None) -> None:
        self.frames: Frames | None = None
        self._context = context
        self._server_name = server_name
        self._writer: asyncio.StreamWriter | None = None

    @property
    def deaf(self) -> bool:
        """Whether nothing has been heard for long."""
        return self.frames is not None and self.frames.silent >= DEAF

    async def create(self, url: URL, **_: Any) -> tuple[Any, asyncio.StreamWriter]:
        """Called by the library."""
        name = self._server_name if self._context else None
        reader, self._writer = await asyncio.open_connection(
            url.host, url.port, ssl=self._context, server_hostname=name
        )
        self.frames = Frames(reader, BATCH)
        return self.frames, self._writer

    async def cut(self) -> None:
        """Close the socket at once, if it is open, and let the library's tasks see that."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
        await asyncio.sleep(0)


def _our_name() -> str:
    """What operators read in their list of connections."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        user = "unknown"
    return f"eventscope {user}@{socket.gethostname()}"
