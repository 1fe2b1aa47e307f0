"""The hours of a scenario: what waits goes on one at a time, in an order that follows from the seed alone.

Handlers run concurrently, so that two waits of nearly the same length could end either way round. Here
each wait is due at a moment of the scenario's own time. When that moment has come one of them goes on, and
nobody else until all that follows from it has ended, or waits here as well. A slow machine makes a scenario
slower, never different.

That holds for handlers that wait first and publish then, and that take single events, not batches.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine, Iterable
from itertools import count
from typing import Any, Final

from eventscope import EventBus
from eventscope.step import Phase, Step

__all__ = ["Timeline", "settled"]

FURTHEST_BEHIND_S: Final = 0.01
"""After a longer hold-up the hours go on later, instead of running until they have caught up: what should take
20 ms would seem to take none."""

QUIET_TURNS: Final = 8
"""What is queued and has not started after so many turns of the loop waits for a handler that waits here."""

SETTLE_S: Final = 0.02


class Timeline:
    """The time of everything that plays on `bus`. `now` is in seconds since the beginning."""

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = count()
        self._running = self._queued = self._steps = 0
        self._stirred: asyncio.Future[None] | None = None
        self._over = False

    async def wait_until(self, moment: float) -> None:
        """Return when it is `moment`; of several that are due then the one goes first that came first."""
        if self._over:
            return
        goes_on = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._count), goes_on))
        self._running -= 1
        self._stir()
        try:
            await goes_on
        except asyncio.CancelledError:
            self._running += goes_on.cancelled()
            raise

    async def play(self, programs: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run programs side by side until each has ended and all that came of them is handled."""
        unobserve = self.bus.observe(self._observe)
        try:
            async with asyncio.TaskGroup() as group:
                leading = group.create_task(self._lead(), name="timeline")
                playing = [group.create_task(self.program(each), name="scenario") for each in programs]
                await asyncio.wait(playing)
                await settled(self.bus)
                leading.cancel()
        finally:
            unobserve()
            self._end()

    async def program(self, program: Coroutine[Any, Any, None]) -> None:
        """Run something that is no handler and waits here: a program, or a task that it starts."""
        self._running += 1
        try:
            await program
        finally:
            self._running -= 1
            self._stir()

    async def _lead(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while True:
            await self._rest()
            if not self._waiting:
                await self._stirring()
                continue
            due = self._waiting[0][0]
            if (early := began + due - clock()) > 0:
                await self._stirring(early)
                continue
            began = max(began, clock() - due - FURTHEST_BEHIND_S)
            self._release()

    def _release(self) -> None:
        due, _, goes_on = heapq.heappop(self._waiting)
        if not goes_on.done():
            self.now = max(self.now, due)
            self._running += 1
            goes_on.set_result(None)

    async def _rest(self) -> None:
        """Wait until every handler has ended or waits here, and none can start."""
        quiet = 0
        while self._running > 0 or (self._queued > 0 and quiet < QUIET_TURNS):
            if self._running > 0:
                await self._stirring()
                quiet = 0
                continue
            before = self._steps
            await asyncio.sleep(0)
            quiet = quiet + 1 if self._steps == before else 0

    async def _stirring(self, seconds: float | None = None) -> None:
        """Wait until something happens, for at most `seconds`."""
        loop = asyncio.get_running_loop()
        self._stirred = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, self._stir)
        try:
            await self._stirred
        finally:
            if timer is not None:
                timer.cancel()

    def _stir(self) -> None:
        if self._stirred is not None and not self._stirred.done():
            self._stirred.set_result(None)

    def _observe(self, step: Step) -> None:
        self._steps += 1
        if step.phase is Phase.PUBLISHED:
            self._queued += step.fanout
        elif step.phase is Phase.DELIVERED:
            self._running += 1
            self._queued -= step.attempt == 1
        elif step.phase in (Phase.HANDLED, Phase.FAILED):
            self._running -= 1
        elif step.phase is Phase.DROPPED:
            self._queued -= step.attempt == 0
        if self._running <= 0:
            self._stir()

    def _end(self) -> None:
        """Let everybody go: a bus that stops must not wait for a handler that waits here."""
        self._over = True
        for *_, goes_on in self._waiting:
            if not goes_on.done():
                goes_on.set_result(None)
        self._waiting.clear()


async def settled(bus: EventBus) -> None:
    """Return when every delivery on `bus` is handled."""
    while True:
        metrics = bus.get_metrics()
        if not metrics["waiting"] and not metrics["running"]:
            return
        await asyncio.sleep(SETTLE_S)
