"""What can be picked on a server: channels that somebody listens to, and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from connectors.redis.link import answer, connected
from connectors.redis.options import RedisOptions
from connectors.redis.record import text_of
from connectors.wording import many
from eventscope.connector import Offer

__all__ = ["offers_of"]

EVERY_S: Final = 2.0
MOST: Final = 1_000
"""Streams that are listed; looking for more could keep a large server busy."""


async def offers_of(options: RedisOptions) -> AsyncGenerator[Sequence[Offer], None]:
    """All that is there, anew every two seconds. Raises ConnectorError."""
    async with connected(options) as client:
        while True:
            channels = sorted(map(text_of, await answer(client.pubsub_channels())))
            offers = [Offer(name, "channel", "channel", "somebody listens") for name in channels]
            async for key in client.scan_iter(count=500, _type="STREAM"):
                length = await answer(client.xlen(key))
                offers.append(Offer(text_of(key), "stream", "stream", many(length, "event"), count=length))
                if len(offers) >= MOST:
                    break
            yield offers
            await asyncio.sleep(EVERY_S)
