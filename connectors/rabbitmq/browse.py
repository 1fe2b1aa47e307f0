"""`browse` for RabbitMQ: exchanges and stream queues of a virtual host, as its management API lists them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Final

from connectors.pace import Pace
from connectors.rabbitmq.management import Management, Unavailable
from connectors.rabbitmq.rows import Row, count, inner, text
from connectors.wording import many
from eventscope.connector import ConnectorError, Offer

__all__ = ["exchanges_on_offer"]

LOOK_S: Final = 2.0
BUILT_IN: Final = "amq."

SWITCHED_OFF: Final = "management=0 says not to ask the management API, which lists the exchanges; type their names"
NO_ANSWER: Final = (
    "the exchanges cannot be listed, the management API: {why}; type their names, or name its address by management="
)


async def exchanges_on_offer(management: Management | None) -> AsyncGenerator[list[Offer], None]:
    """Exchanges and streams by name, again and again; raises ConnectorError."""
    if management is None:
        raise ConnectorError(SWITCHED_OFF)
    pace: Pace[tuple[str, str]] = Pace()
    while True:
        try:
            exchanges, (queues, _) = await management.exchanges(), await management.queues()
        except Unavailable as error:
            raise ConnectorError(NO_ANSWER.format(why=error)) from error
        offers = [*map(_exchange, filter(_name, exchanges)), *map(_stream, filter(_is_stream, queues))]
        rates = pace.rates(_published(exchanges, "exchange", "publish_in") | _published(queues, "stream", "publish"))
        yield [replace(offer, rate=rates.get((offer.kind, offer.name))) for offer in sorted(offers, key=_order)]
        await asyncio.sleep(LOOK_S)


def _order(offer: Offer) -> tuple[str, str]:
    return offer.kind, offer.name


def _published(rows: Sequence[Row], kind: str, total: str) -> dict[tuple[str, str], int]:
    """How many messages ever went through each; that through which nothing went has no figures."""
    return {(kind, _name(row)): max(count(inner(row, "message_stats"), total), 0) for row in rows}


def _name(row: Row) -> str:
    """Empty for the default exchange, which cannot be tapped."""
    return text(row, "name")


def _is_stream(row: Row) -> bool:
    return text(row, "type") == "stream"


def _exchange(row: Row) -> Offer:
    internal = _name(row).startswith(BUILT_IN) or bool(row.get("internal"))
    return Offer(_name(row), "exchange", "exchange", text(row, "type"), internal=internal)


def _stream(row: Row) -> Offer:
    readers, held = count(row, "consumers"), count(row, "messages")
    detail = many(readers, "consumer") if readers >= 0 else ""
    return Offer(_name(row), "stream", "stream", detail, count=held if held >= 0 else None, many=False)
