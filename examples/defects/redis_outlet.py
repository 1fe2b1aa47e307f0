"""Redis pub/sub as an outlet: the envelope on the channel `events`. Who does not listen at that moment misses it."""

from __future__ import annotations

from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from eventscope import Event
from examples.defects.envelope import envelope_of

__all__ = ["CHANNEL", "RedisOutlet"]

CHANNEL: Final = "events"
PATIENCE_S: Final = 5.0
"""How long the server may take to answer."""


class RedisOutlet:
    """Publishes over connections that the library makes when they are needed."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)

    async def publish(self, event: Event) -> None:
        """Return when the server has passed the event on. Raises OSError when it is away."""
        try:
            await self._client.publish(CHANNEL, envelope_of(event))
        except RedisError as error:
            raise ConnectionError(str(error)) from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
