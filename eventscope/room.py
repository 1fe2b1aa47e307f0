"""Room in the queue of a bus, and the publishers that wait for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from eventscope.errors import BusNotStarted
from eventscope.lanes import Lanes

__all__ = ["Room"]


class _Waiter(NamedTuple):
    future: asyncio.Future[None]
    size: int
    inside: bool


class Room:
    """Lets publishers of a full bus wait, in their order.

    A handler that publishes may wait for room as well, while only handlers that end can make any. `stuck`
    is asked, with the number of handlers that wait here, whether the bus would stand still for that;
    then one is let through over the bound.
    """

    def __init__(self, lanes: Lanes, bound: int, stuck: Callable[[int], bool]) -> None:
        self._lanes = lanes
        self._bound = bound
        self._stuck = stuck
        self._loop = asyncio.get_running_loop()
        self._waiters: deque[_Waiter] = deque()
        self._inside = 0
        self._told = False
        self._present = 0
        self._closed: BusNotStarted | None = None

    def fits(self, size: int) -> bool:
        """Whether `size` more deliveries may come in; to an empty queue they always may."""
        waiting = self._lanes.waiting
        return waiting + size <= self._bound or not waiting

    @property
    def crowded(self) -> bool:
        """Whether somebody waits already, so that a newcomer has to queue."""
        return self._present > 0

    async def wait(self, size: int, *, inside: bool) -> None:
        """Return when `size` deliveries may come in. `inside` says that a handler is publishing.

        Raises BusNotStarted when it is closed meanwhile.
        """
        is_new = True
        queue_up = self.crowded
        self._present += 1
        try:
            while queue_up or not self.fits(size):
                if inside and self._stuck(self._inside + 1):
                    return
                future = self._loop.create_future()
                await self._queue(_Waiter(future, size, inside), front=not is_new)
                is_new = queue_up = False
            if self._closed is not None:
                raise self._closed
        finally:
            self._present -= 1

    async def _queue(self, waiter: _Waiter, *, front: bool) -> None:
        self._waiters.appendleft(waiter) if front else self._waiters.append(waiter)
        self._inside += waiter.inside
        try:
            await waiter.future
        except asyncio.CancelledError:
            self.freed()  # what it was woken for is somebody else's now
            raise
        finally:
            self._inside -= waiter.inside

    def freed(self) -> None:
        """Some room may have come free: it is handed out in the next turn of the loop, all at once."""
        if self._waiters and not self._told:
            self._told = True
            self._loop.call_soon(self._hand_out)

    def _hand_out(self) -> None:
        self._told = False
        used = self._lanes.waiting
        while self._waiters:
            future, size, _ = self._waiters[0]
            if not future.done():
                if used and used + size > self._bound:
                    return
                future.set_result(None)
                used += size
            self._waiters.popleft()

    def unjam(self) -> None:
        """Nothing more can start: if handlers wait here for each other, let the first of them look again."""
        if self._inside and self._stuck(self._inside):
            for waiter in self._waiters:
                if waiter.inside and not waiter.future.done():
                    waiter.future.set_result(None)
                    return

    def close(self, reason: BusNotStarted) -> None:
        """Turn all who wait away, now and later."""
        self._closed = reason
        for waiter in self._waiters:
            if not waiter.future.done() and not waiter.future.get_loop().is_closed():
                waiter.future.set_exception(reason)
        self._waiters.clear()
        self._told = False
