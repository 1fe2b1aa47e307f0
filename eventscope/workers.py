"""The workers of a bus: a few tasks that live as long as it runs, and call the handlers."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable
from inspect import isawaitable
from types import CoroutineType
from typing import Any, Final

from eventscope.delivery import Delivery
from eventscope.event import current_event
from eventscope.lanes import Lanes
from eventscope.ledger import Ledger
from eventscope.retries import Retries
from eventscope.room import Room

__all__ = ["Workers"]

log = logging.getLogger("eventscope.bus")

SLICE_NS: Final = 5_000_000
"""After so much work without a pause the workers let the rest of the program have its turn."""

GRACE_S: Final = 1.0
"""How long cancelled handlers may clean up."""

UNSUBSCRIBED: Final = "its subscription ended"
CUT_OFF: Final = "its handler was cut off: the bus stopped"

clock = time.monotonic_ns


class Workers:
    """At most `limit` tasks, started when they are first needed.

    A worker takes the next delivery and runs its handler itself, so that an event costs one switch of
    tasks at most. When there is nothing to take it calls `on_rest` and rests.
    """

    def __init__(
        self,
        lanes: Lanes,
        ledger: Ledger,
        room: Room,
        retries: Retries,
        limit: int,
        *,
        name: str,
        context: contextvars.Context,
        on_rest: Callable[[], None],
    ) -> None:
        self.running = 0
        """How many handlers run."""
        self.handling = 0
        """How many deliveries they have in hand, which with batches are more."""
        self._lanes = lanes
        self._ledger = ledger
        self._room = room
        self._retries = retries
        self._limit = limit
        self._name = name
        self._context = context
        self._on_rest = on_rest
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: list[asyncio.Future[None]] = []
        self._waking = 0
        self._pausing = False
        self._slice_end = 0
        self._dismissed = False

    @property
    def busy(self) -> bool:
        """Whether nothing more could start now, for want of deliveries or of workers."""
        return self.running >= self._limit or not self._lanes.ready

    def employs(self, task: asyncio.Task[Any] | None) -> bool:
        """Whether `task` is one of the workers."""
        return task in self._tasks

    def notify(self) -> None:
        """Something was pushed: see to it that a worker looks."""
        if not self._waking and not self._pausing:
            self._wake()

    def _wake(self) -> bool:
        while self._resting:
            future = self._resting.pop()
            if not future.done():
                future.set_result(None)
                self._waking += 1
                return True
        if len(self._tasks) < self._limit:
            self._hire()
            return True
        return False

    def _hire(self) -> None:
        self._waking += 1
        name = f"{self._name} worker {len(self._tasks) + 1}"
        # A context of its own: a worker must not inherit the variables of whoever published first.
        task = self._loop.create_task(self._work(), name=name, context=self._context.copy())
        self._tasks.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._waking = 0  # it may have been on its way; to wake one too many does no harm

    def _came(self) -> None:
        self._waking = max(0, self._waking - 1)

    async def _work(self) -> None:
        await asyncio.sleep(0)  # with an eager task factory the handler would run inside `publish`
        self._came()
        lanes = self._lanes
        while not self._dismissed:
            entry = lanes.take(clock())
            if entry is None:
                self._on_rest()
                await self._rest()
                continue
            self._room.freed()
            if self._waking <= self.running:
                self._call_help()
            await self._run(entry)
            if clock() > self._slice_end:
                await self._pause()

    def _call_help(self) -> None:
        """Wake as many as handlers are in flight, and one more.

        A burst for quick handlers then costs one wake, while slow ones bring up the pool in a few turns.
        """
        wanted = min(self._lanes.ready, self.running + 1)
        while self._waking < wanted and self._wake():
            pass

    async def _rest(self) -> None:
        current_event.set(None)
        future = self._loop.create_future()
        self._resting.append(future)
        await future
        self._came()
        now = clock()
        if now > self._slice_end and not self._pausing:
            self._slice_end = now + SLICE_NS

    async def _pause(self) -> None:
        """Let the loop turn. One worker at a time comes back from that; the others rest."""
        if self._pausing:
            await self._rest()
            return
        self._pausing = True
        try:
            await asyncio.sleep(0)
        finally:
            self._pausing = False
        self._slice_end = clock() + SLICE_NS

    async def _run(self, entry: Delivery) -> None:
        subscription = entry.subscription
        if not subscription.active:
            self._ledger.drop(entry, UNSUBSCRIBED)
            return
        current_event.set(None if entry.followers else entry.event)
        start = clock()
        size = 1 + len(entry.followers)
        subscription.running += 1
        self.running += 1
        self.handling += size
        self._ledger.deliver(entry, start)
        try:
            result = subscription.handler(entry.argument)
            if result is not None and (result.__class__ is CoroutineType or isawaitable(result)):
                await result
        except BaseException as error:
            self._raised(entry, start, error)
        else:
            self._ledger.handle(entry, start, clock())
        finally:
            subscription.running -= 1
            self.running -= 1
            self.handling -= size
            self._lanes.unpark(subscription)

    def _raised(self, entry: Delivery, start: int, error: BaseException) -> None:
        """A handler failed; raises `error` again if it is not the handler's but ends this worker."""
        if isinstance(error, Exception) or (isinstance(error, asyncio.CancelledError) and not _is_cancelled()):
            self._retries.failed(entry, start, clock(), error)
            return
        self._ledger.drop(entry, CUT_OFF)
        raise error

    async def dismiss(self) -> None:
        """Cancel the workers and the handlers they run; what does not end within a second is left behind."""
        self._dismissed = True
        others = self._tasks - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            _, stuck = await asyncio.wait(others, timeout=GRACE_S)
            for task in stuck:
                log.error("%s does not end: its handler ignores being cancelled", task.get_name())


def _is_cancelled() -> bool:
    """Whether this task is being cancelled, rather than something that it awaited."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
