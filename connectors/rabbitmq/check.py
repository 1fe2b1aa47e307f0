"""`check amqp:…` step by step: name, port, login, then what shall be read, each with what to do if it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiormq

from connectors.rabbitmq.bindings import TRACE_EXCHANGE, Bindings
from connectors.rabbitmq.link import BROKEN, Link
from connectors.rabbitmq.management import Management, Unavailable
from connectors.rabbitmq.options import Mechanism, RabbitOptions
from connectors.rabbitmq.tap import Tap
from connectors.reach import Reach
from connectors.wording import many
from eventscope.connector import CheckResult, ConnectorError

__all__ = ["check_steps"]


async def check_steps(
    options: RabbitOptions, link: Link, management: Management | None, *, tls: bool
) -> AsyncIterator[CheckResult]:
    """The steps, up to the first that fails."""
    reach = Reach(*options.address(tls=tls), options.tls if tls else None, options.server_name)
    async for result in reach.steps():
        yield result
    if reach.error:
        return
    try:
        async with link:
            who = f"as {options.user}" if options.auth is Mechanism.PLAIN else "by our certificate"
            encrypted = "" if tls else ", not encrypted"
            yield CheckResult("login", True, f"{link.server}, {who} on virtual host {options.path}{encrypted}")
            yield await _ask(management)
            async for result in _source(options, link, management):
                yield result
    except ConnectorError as error:
        yield CheckResult("login", False, str(error))


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
