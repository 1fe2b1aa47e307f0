"""A connection to Redis, and what its failures mean in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.connection import Connection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    RedisError,
    ResponseError,
)

from connectors.login import LoginRefused
from connectors.reach import Reach, unreachable
from connectors.redis.options import RedisOptions
from eventscope.connector import ConnectorError, Refused

__all__ = ["connected"]

CONNECT_S: Final = 10.0
ANSWER_S: Final = 15.0

KEEPALIVE: Final = {
    getattr(socket, name): seconds
    for name, seconds in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
"""A server that has gone without a word is noticed within fifteen seconds."""


@contextlib.asynccontextmanager
async def connected(options: RedisOptions) -> AsyncIterator[Redis]:
    """A client that is logged in.

    What the server or the network does wrong inside the block is raised as ConnectorError or Refused.
    """
    client = Redis.from_pool(pool(options))
    try:
        await greet(client, options)
        yield client
    except (RedisError, OSError, UnicodeError) as error:
        raise trouble(error, options) from error
    finally:
        await client.aclose()


class Encrypted(Connection):
    """A connection over TLS, as a context of ours wants it."""

    def __init__(self, *, context: ssl.SSLContext, server_name: str | None, **more: Any) -> None:
        super().__init__(**more)
        self._encryption = {"ssl": context, "server_hostname": server_name}

    def _connection_arguments(self) -> Mapping[str, Any]:
        return {**super()._connection_arguments(), **self._encryption}


def pool(options: RedisOptions) -> ConnectionPool:
    """Connections as the options want them. Raises Refused for a certificate of ours that cannot be used."""
    kind: dict[str, Any] = {"connection_class": Connection}
    if options.tls:
        kind = {"context": options.tls.context(), "server_name": options.name_in_certificate}
        kind["connection_class"] = Encrypted
    return ConnectionPool(
        host=options.host,
        port=options.port,
        db=int(options.path),
        username=options.user or None,
        password=options.password,
        client_name="eventscope",
        socket_connect_timeout=CONNECT_S,
        socket_timeout=None,  # with one the library would now and then miss that its task was cancelled
        socket_keepalive=True,
        socket_keepalive_options=KEEPALIVE,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **kind,
    )


async def greet(client: Redis, options: RedisOptions) -> None:
    """Connect and log in. Where TLS does not come about the steps on the way say more than the library."""
    try:
        await answer(client.ping())
    except (RedisError, OSError) as error:
        known = trouble(error, options)
        if options.tls and not isinstance(known, Refused):
            reach = Reach(options.host, options.port, options.tls, options.name_in_certificate)
            await reach.go()
            known = reach.error or known
        raise known from error


async def answer(asked: Any) -> Any:
    """What the server says to a command. Raises TimeoutError when it says nothing for long."""
    async with asyncio.timeout(ANSWER_S):
        return await asked


def trouble(error: Exception, options: RedisOptions) -> ConnectorError:
    """Why it does not work. The server's own words are repeated only where they can hold no secret."""
    place = options.place
    match error:
        case BusyLoadingError():
            return ConnectorError(f"{place} is still loading its data; it will answer when that is done")
        case AuthenticationError() | AuthorizationError():
            return LoginRefused(_login_trouble(options))
        case NoPermissionError():
            return Refused(f"{place} does not let {options.user or 'this user'} read that; ask for the right (ACL)")
        case ResponseError():
            return Refused(f"{place} refused: {error}")
        case RedisError():
            cause = error.__cause__ or error.__context__
            if isinstance(cause, OSError) and not isinstance(cause, ConnectionResetError):
                return unreachable(cause, place, options.tls if isinstance(cause, ssl.SSLError) else None)
            return ConnectorError(f"the connection to {place} was lost; check that it is Redis and still runs")
    return unreachable(error, place)


def _login_trouble(options: RedisOptions) -> str:
    login = options.login
    if login is None:
        return f"{options.place} wants a password; write redis://USER:PASSWORD@HOST:PORT"
    return f"{login.who} may not log in with this password; check both"
