"""The outbox: what is stored is published, in its order, whatever happens between the two.

An outlet that was killed after it published and before it remembered that publishes again: at least once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from examples.orders.event_store import AT_ONCE, EventStore, Stored

__all__ = ["Outbox"]


class Outbox:
    """Brings stored events to one outlet; `publish` raises if it could not."""

    def __init__(self, store: EventStore, name: str, publish: Callable[[Stored], Awaitable[object]]) -> None:
        self._store = store
        self._name = name
        self._publish = publish
        self._turn = asyncio.Lock()

    async def drain(self) -> int:
        """Publish what is stored and was not published yet, and return how much that was.

        Raises what `publish` raises; what was published before that is remembered.
        """
        count = 0
        async with self._turn:
            while True:
                pending = await self._store.pending(self._name)
                await self._bring(pending)
                count += len(pending)
                if len(pending) < AT_ONCE:  # whoever stores more meanwhile drains after us
                    return count

    async def _bring(self, pending: Sequence[Stored]) -> None:
        brought = 0
        try:
            for stored in pending:
                await self._publish(stored)
                brought = stored.sequence
        finally:
            if brought:
                await self._store.advance(self._name, brought)
