"""A collector: fills batches for a subscription that wants lists of events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from eventscope.delivery import Delivery

__all__ = ["Collector"]


class Collector:
    """Holds deliveries until there are `size` of them, or until the first has waited `wait` seconds.

    A full batch is one delivery, led by its most urgent member.
    """

    def __init__(self, size: int, wait: float) -> None:
        self._size = size
        self._wait = wait
        self._push: Callable[[Delivery], None] | None = None
        self._held: list[Delivery] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, delivery: Delivery, loop: asyncio.AbstractEventLoop, push: Callable[[Delivery], None]) -> None:
        """Put one delivery with the others; the batch goes to `push`, later from `loop`."""
        self._push = push
        self._held.append(delivery)
        if len(self._held) >= self._size:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(self._wait, self.flush)

    def flush(self) -> None:
        """Pass on what there is, as one batch."""
        held = self.take_all()
        if held and self._push is not None:
            leader = max(held, key=lambda delivery: delivery.event.priority)
            leader.followers = tuple([d for d in held if d is not leader])
            self._push(leader)

    def take_all(self) -> list[Delivery]:
        """Give up what there is, one by one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        held, self._held = self._held, []
        return held
