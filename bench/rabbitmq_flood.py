"""A program that publishes RATE events a second to an exchange; prints how many it has sent.

Usage: python -m bench.rabbitmq_flood URL EXCHANGE RATE SECONDS
"""

from __future__ import annotations

import asyncio
import math
import sys
from typing import Any, Final

import aiormq
from aiormq.connection import TransportFactory
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from bench.pace import in_a_tick, keep_pace
from bench.stamped import CORRELATION, ID, Prepared, event

MOST_AT_ONCE: Final = 100
HEADERS: Final[Any] = {"source": "shop", "tenant": "north", "attempt": 1}


class Wire(TransportFactory):
    """Opens the connection, and keeps hold of its writer."""

    writer: asyncio.StreamWriter

    async def create(self, url: Any, **_: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, self.writer = await asyncio.open_connection(url.host, url.port)
        return reader, self.writer


def frames(exchange: str, key: str, channel: int) -> bytes:
    """A message with marks in it, as it goes over the wire."""
    properties = Basic.Properties(message_id=ID, correlation_id=CORRELATION, app_id="shop", headers=HEADERS)
    body = event()
    parts: list[Any] = [
        Basic.Publish(exchange=exchange, routing_key=key),
        ContentHeader(body_size=len(body), properties=properties),
        ContentBody(body),
    ]
    return b"".join(marshal(part, channel) for part in parts)


async def flood(url: str, exchange: str, key: str, events: int, rate: float = math.inf) -> int:
    """Publish so many events, in packs that are due; how many they were."""
    wire = Wire()
    connection = aiormq.Connection(url, transport_factory=wire)
    await connection.connect()
    channel = await connection.channel(publisher_confirms=False)
    pack = Prepared(frames(exchange, key, channel.number) * in_a_tick(rate, most=MOST_AT_ONCE))

    async def send(first: int) -> None:
        wire.writer.write(bytes(pack.stamp(first)))
        await wire.writer.drain()

    sent = await keep_pace(rate, events, pack.events, send)
    await channel.close()  # answered when the broker has taken all that came before
    await connection.close()
    return sent


if __name__ == "__main__":
    url, exchange, rate, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    print(asyncio.run(flood(url, exchange, "order.created", round(rate * seconds), rate)), flush=True)
