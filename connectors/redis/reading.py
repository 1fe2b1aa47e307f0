"""Reading streams: from where it was left, in order, without a consumer group, so that nobody else misses anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from connectors.envelopes.decoding import Decoding
from connectors.gap import gap_record
from connectors.redis.link import answer
from connectors.redis.options import RedisOptions
from connectors.redis.record import entry_record, id_of, text_of
from connectors.wording import many
from eventscope.connector import Block, Sink, SourceState

__all__ = ["Reading"]

WAIT_MS: Final = 1_000
AT_ONCE: Final = 1_000
NOTHING: Final = "0-0"
"""Before the first entry."""


class Reading:
    """Lasts over runs of one connector; `places` is the id of the last entry that was handed over, by stream."""

    def __init__(self, options: RedisOptions) -> None:
        self._options = options
        self._decoding = Decoding("redis")
        self.places: dict[str, str] = {}

    def resume(self, places: Mapping[str, str]) -> None:
        """Go on behind these entries."""
        self.places = {name: place for name, place in places.items() if name in self._options.stream}

    async def run(self, client: Redis, sink: Sink) -> None:
        """Read until cancelled or the connection is lost."""
        for name in self._options.stream:
            if name in self.places:
                await self._check_gap(client, name, sink)
            else:
                self.places[name] = await self._start(client, name)
        sink.state(SourceState.LIVE, f"reads {many(len(self._options.stream), 'stream')}")
        while True:
            await sink.room()
            streams: Any = dict(self.places)
            for name, entries in await answer(client.xread(streams, count=AT_ONCE, block=WAIT_MS)):
                self._hand_over(name, entries, sink)

    def _hand_over(self, name: bytes, entries: list[Any], sink: Sink) -> None:
        sink.push(Block.of([entry_record(name, (id_, fields or {}), self._decoding) for id_, fields in entries]))
        self.places[text_of(name)] = text_of(entries[-1][0])

    async def _start(self, client: Redis, name: str) -> str:
        start = self._options.from_
        if start == "next":
            return await last_of(client, name)
        if start == "first":
            return NOTHING
        return before(start)

    async def _check_gap(self, client: Redis, name: str, sink: Sink) -> None:
        """Entries go from the old end: if the last one that was read is still there, so is all that came later."""
        place, last = self.places[name], await last_of(client, name)
        if id_of(last) < id_of(place):  # the stream was deleted, and may have been begun anew
            self.places[name] = NOTHING
            reason = "the stream was deleted meanwhile"
        elif last != place and place != NOTHING and not await answer(client.xrange(name, place, place)):
            reason = "the stream was trimmed meanwhile"
        else:
            return
        sink.push([gap_record(name, None, exact=False, reason=reason)])


async def last_of(client: Redis, name: str) -> str:
    """The last id that a stream has given, even if that entry is gone; of no stream NOTHING."""
    try:
        facts = await answer(client.xinfo_stream(name))
    except ResponseError as error:
        if "no such key" in str(error).lower():
            return NOTHING
        raise
    return text_of(facts["last-generated-id"])


def before(id_: str) -> str:
    """The id just before another, so that reading behind it begins with that one."""
    first, second = id_of(id_)
    if second:
        return f"{first}-{second - 1}"
    return f"{first - 1}-{2**64 - 1}" if first else NOTHING
