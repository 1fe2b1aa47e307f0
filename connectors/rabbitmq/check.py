"""`check amqp:…` step by step: name, port, login, then what shall be read, each with what to do if it fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Final

import aiormq

from connectors.rabbitmq.bindings import TRACE_EXCHANGE, Bindings
from connectors.rabbitmq.link import BROKEN, Link
from connectors.rabbitmq.management import Management, Unavailable
from connectors.rabbitmq.options import RabbitOptions
from connectors.rabbitmq.tap import Tap
from connectors.wording import many
from eventscope.connector import CheckResult, ConnectorError

__all__ = ["check_steps"]

TCP_S: Final = 5.0


async def check_steps(
    options: RabbitOptions, link: Link, management: Management | None, *, tls: bool
) -> AsyncIterator[CheckResult]:
    """The steps, up to the first that fails."""
    async for result in _reach(*options.address(tls=tls)):
        yield result
        if not result.ok:
            return
    try:
        async with link:
            protected = "TLS, certificate not checked" if options.no_verify_ssl else "TLS"
            who = f"{link.server}, as {options.user} on virtual host {options.path}"
            yield CheckResult("login", True, f"{who}, {protected if tls else 'not encrypted'}")
            yield await _ask(management)
            async for result in _source(options, link, management):
                yield result
    except ConnectorError as error:
        yield CheckResult("login", False, str(error))


async def _reach(host: str, port: int) -> AsyncIterator[CheckResult]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        yield CheckResult("DNS", False, f"the host name {host} is not known; check its spelling and the DNS")
        return
    yield CheckResult("DNS", True, f"{host} is {', '.join(sorted({str(each[4][0]) for each in found}))}")
    try:
        async with asyncio.timeout(TCP_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        yield CheckResult("TCP", False, f"{host}:{port} does not answer; check the address and the firewall")
    except OSError as error:
        yield CheckResult("TCP", False, f"{host}:{port}: {error.strerror or error}; check the port and that it runs")
    else:
        writer.transport.abort()
        await asyncio.sleep(0)
        yield CheckResult("TCP", True, f"{host}:{port} answers")


async def _ask(management: Management | None) -> CheckResult:
    """Whether the management API helps; without it keys have to be named."""
    try:
        if management is None:
            return CheckResult("management API", True, "not asked")
        names = [str(exchange.get("name")) for exchange in await management.exchanges()]
    except Unavailable as error:
        return CheckResult("management API", True, f"not available ({error}); keys have to be named by bind=")
    listed = ", ".join(sorted(name for name in names if name and not name.startswith("amq.")))
    return CheckResult("management API", True, f"the exchanges here: {listed or 'only those of the broker itself'}")


async def _source(options: RabbitOptions, link: Link, management: Management | None) -> AsyncIterator[CheckResult]:
    if options.stream:
        yield await _stream(options.stream, link, management)
        return
    try:
        tap = await Tap.open(link)
    except ConnectorError as error:
        yield CheckResult("queue", False, str(error))
        return
    yield CheckResult("queue", True, "a temporary queue may be created, and is gone with this check")
    bindings = Bindings(options, management)
    for exchange in (TRACE_EXCHANGE,) if options.firehose else options.exchange:
        try:
            wanted = await bindings.wanted(exchange)
            await tap.bind(exchange, wanted.bindings, options.path)
        except ConnectorError as error:
            yield CheckResult("exchange", False, str(error))
        else:
            detail = " · ".join((f"{exchange}: {many(len(wanted.bindings), 'binding')}", *wanted.notes))
            yield CheckResult("exchange", True, detail)


async def _stream(name: str, link: Link, management: Management | None) -> CheckResult:
    """Whether the queue is there and is a stream. Nothing is read."""
    try:
        async with link.errand() as channel:
            await channel.queue_declare(name, passive=True)
        facts = await management.queue(name) if management else None
    except aiormq.exceptions.ChannelNotFoundEntity:
        return CheckResult("stream", False, f"there is no queue {name}; check the name, or start what declares it")
    except BROKEN as error:
        return CheckResult("stream", False, f"the queue {name} cannot be looked at: {error}")
    except Unavailable:
        facts = None
    if facts is not None and facts.get("type") != "stream":
        return CheckResult("stream", False, f"the queue {name} is no stream; tap the exchange that feeds it")
    return CheckResult("stream", True, f"the queue {name} is there")
