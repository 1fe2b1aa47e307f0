"""Inbound: events that other threads hand over to the thread of the bus."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future

from eventscope.errors import BusNotStarted, QueueFull, describe
from eventscope.event import Event

__all__ = ["Inbound"]

SLICE_NS = 5_000_000
"""After so much work without a pause the rest of the program has its turn."""

TOO_MANY = "too many events of other threads wait for the bus: publish more slowly, or wait for the futures"


class Inbound:
    """At most `bound` events on their way from other threads, in their order.

    The loop is woken once for a batch, not for each event. `admit` publishes one, and may wait for room
    in the queue; `on_empty` is called when all are through, `on_refusal` in the other thread when too many come.
    """

    def __init__(
        self,
        bound: int,
        context: contextvars.Context,
        admit: Callable[[Event], Coroutine[None, None, bool]],
        on_empty: Callable[[], None],
        on_refusal: Callable[[], None],
    ) -> None:
        self._bound = bound
        self._context = context
        self._admit = admit
        self._on_empty = on_empty
        self._on_refusal = on_refusal
        self._loop = asyncio.get_running_loop()
        self._events: deque[tuple[Event, Future[bool]]] = deque()
        self._called = False
        self._task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is on its way."""
        return not self._events and self._task is None

    def put(self, event: Event) -> Future[bool]:
        """Hand over an event from any thread; the future has QueueFull if too many are on their way already.

        Raises BusNotStarted when the loop of the bus is closed.
        """
        future: Future[bool] = Future()
        if len(self._events) >= self._bound:
            self._on_refusal()
            future.set_exception(QueueFull(TOO_MANY))
            return future
        self._events.append((event, future))
        # The flag is cleared before the events are read, so none is left behind; at worst it is called twice.
        if not self._called:
            self._called = True
            self._call()
        return future

    def _call(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._begin)
        except RuntimeError as error:
            self.close(reason := BusNotStarted(f"the bus has lost its event loop; start it again ({describe(error)})"))
            raise reason from error

    def _begin(self) -> None:
        if self._task is None:
            task = self._loop.create_task(self._pump(), name="eventscope inbound", context=self._context.copy())
            self._task = task

    async def _pump(self) -> None:
        try:
            while self._events or self._called:
                self._called = False
                slice_end = time.monotonic_ns() + SLICE_NS
                while self._events and time.monotonic_ns() < slice_end:
                    await self._pass_on(*self._events.popleft())
                await asyncio.sleep(0)
        finally:
            self._task = None
        self._on_empty()

    async def _pass_on(self, event: Event, future: Future[bool]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(await self._admit(event))
        except asyncio.CancelledError:
            future.set_exception(BusNotStarted("the bus stopped before the event was let in"))
            raise
        except Exception as error:
            future.set_exception(error)

    def close(self, reason: BusNotStarted) -> None:
        """Turn away all that are still on their way."""
        if self._task is not None and not self._loop.is_closed():
            self._task.cancel()
        while self._events:
            _, future = self._events.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(reason)
