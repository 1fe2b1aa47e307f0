"""Hearing channels: what is published while we listen. Nobody keeps it for those who do not."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from connectors.envelopes.decoding import Decoding
from connectors.gap import gap_record
from connectors.redis.options import RedisOptions
from connectors.redis.record import heard_records
from connectors.wording import many
from eventscope.connector import Record, Sink, SourceState

__all__ = ["Hearing"]

FLUSH_S: Final = 0.02
"""How long the first message of a batch waits for others."""

AT_ONCE: Final = 2_000
PATTERN: Final = frozenset("*?[")
MESSAGES: Final = ("message", "pmessage")


class Hearing:
    """Lasts over runs of one connector: it knows since when it has been deaf."""

    def __init__(self, options: RedisOptions) -> None:
        self._options = options
        self._decoding = Decoding("redis")
        self._deaf_since: float | None = None

    async def run(self, client: Redis, sink: Sink) -> None:
        """Hear until cancelled or the connection is lost."""
        async with client.pubsub() as pubsub:
            await self._subscribe(pubsub)
            self._report_gap(sink)
            sink.state(SourceState.LIVE, f"hears {many(len(self._options.channel), 'channel')}")
            try:
                while True:
                    if rows := await self._batch(pubsub):
                        sink.push(rows)
            except (RedisError, OSError):  # a stop that was asked for is no gap
                self._deaf_since = time.monotonic()
                raise

    async def _subscribe(self, pubsub: PubSub) -> None:
        """Subscribe, and return when the server has confirmed it for each name."""
        names = self._options.channel
        patterns = [name for name in names if PATTERN & set(name)]
        plain = [name for name in names if not PATTERN & set(name)]
        if plain:
            await pubsub.subscribe(*plain)
        if patterns:
            await pubsub.psubscribe(*patterns)
        confirmed = 0
        while confirmed < len(names):
            message = await pubsub.get_message(timeout=None)
            confirmed += message is not None and message["type"] in ("subscribe", "psubscribe")

    async def _batch(self, pubsub: PubSub) -> list[Record]:
        message = await pubsub.get_message(timeout=None)
        rows = self._rows(message)
        await asyncio.sleep(FLUSH_S)
        while len(rows) < AT_ONCE and (message := await pubsub.get_message(timeout=0)) is not None:
            rows += self._rows(message)
        return rows

    def _rows(self, message: Any) -> list[Record]:
        if message is None or message["type"] not in MESSAGES:
            return []
        return heard_records(message["channel"], message["data"], self._decoding)

    def _report_gap(self, sink: Sink) -> None:
        since, self._deaf_since = self._deaf_since, None
        if since is not None:
            reason = f"the connection was lost, deaf for {time.monotonic() - since:.1f} s"
            sink.push([gap_record(", ".join(self._options.channel), None, exact=False, reason=reason)])
