"""The way to a server before anything is said in its language: name, port, encryption; and what to do where it ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable
from typing import Final

from connectors.source_url import place_of
from connectors.tls import Tls
from eventscope.connector import CheckResult, ConnectorError, Refused

__all__ = ["Reach", "unreachable"]

STEP_S: Final = 5.0
ALERT_S: Final = 0.3
"""How long a server may take to say that it does not like our certificate."""


class Reach:
    """The steps to `host`. After a step that failed `error` says why, as a connector is to raise it."""

    def __init__(self, host: str, port: int, tls: Tls | None = None, server_name: str | None = None) -> None:
        self.place = place_of(host, port)
        self.error: ConnectorError | None = None
        self._host = host
        self._port = port
        self._tls = tls
        self._server_name = server_name

    async def go(self) -> None:
        """Take all steps."""
        async for _ in self.steps():
            pass

    async def steps(self) -> AsyncIterator[CheckResult]:
        """DNS, TCP and, if it is wanted, TLS; up to the first that fails."""
        attempts = [("DNS", self._resolve), ("TCP", self._connect)]
        for step, attempt in [*attempts, ("TLS", self._encrypt)] if self._tls else attempts:
            result = await self._result(step, attempt())
            yield result
            if not result.ok:
                return

    async def _result(self, step: str, attempt: Awaitable[str]) -> CheckResult:
        try:
            async with asyncio.timeout(STEP_S):
                return CheckResult(step, True, await attempt)
        except Refused as error:
            self.error = error
        except (OSError, UnicodeError) as error:
            self.error = unreachable(error, self.place, self._tls if step == "TLS" else None)
        return CheckResult(step, False, str(self.error))

    async def _resolve(self) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return f"{self._host} is {', '.join(sorted({str(each[4][0]) for each in found}))}"

    async def _connect(self) -> str:
        _, writer = await asyncio.open_connection(self._host, self._port)
        await _cut(writer)
        return f"{self.place} accepts connections"

    async def _encrypt(self) -> str:
        assert self._tls is not None
        context = self._tls.context()
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=context, server_hostname=self._server_name
        )
        try:
            await _await_alert(reader)
            version = writer.get_extra_info("ssl_object").version()
        finally:
            await _cut(writer)
        return " · ".join((f"{self.place} speaks {version}", *self._tls.warnings))


def unreachable(error: Exception, place: str, tls: Tls | None = None) -> ConnectorError:
    """Why a connection to `place` (HOST:PORT) did not come about. With `tls` it was lost while that was begun."""
    match error:
        case ssl.SSLError() if not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return Refused((tls or Tls()).trouble(error, place))
        case ConnectionRefusedError():
            return ConnectorError(f"nothing listens on {place}; check the port and that the broker runs")
        case TimeoutError() if tls is not None:
            return ConnectorError(f"{place} does not answer in TLS; check the port, and whether it speaks TLS at all")
        case TimeoutError():
            return ConnectorError(f"{place} does not answer; check the address, the firewall and the port")
        case socket.gaierror() | UnicodeError():
            host = place.rpartition(":")[0]
            return ConnectorError(f"the host name {host} is not known; check its spelling and the DNS")
    if tls is not None:
        advice = f"check the port, and whether it wants a certificate of ours ({tls.prefix}certfile)"
        return ConnectorError(f"{place} hung up when TLS was begun; {advice}")
    why = getattr(error, "strerror", None) or type(error).__name__
    return ConnectorError(f"{place} cannot be reached: {why}; check the address")


async def _await_alert(reader: asyncio.StreamReader) -> None:
    """By TLS 1.3 a server judges our certificate after the handshake, and tells us only then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ALERT_S):
            if await reader.read(1) == b"":
                raise ConnectionResetError


async def _cut(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    await asyncio.sleep(0)
