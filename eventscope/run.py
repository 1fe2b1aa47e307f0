"""A run of a bus, from its start to its stop: all that is bound to one event loop."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import time
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

from eventscope.delivery import Delivery
from eventscope.entrance import Entrance
from eventscope.errors import BusNotStarted
from eventscope.event import Event, current_event
from eventscope.inbound import Inbound
from eventscope.lanes import Lanes
from eventscope.ledger import Ledger
from eventscope.metrics import Rates
from eventscope.retries import Retries
from eventscope.room import Room
from eventscope.router import Router
from eventscope.subscription import Subscription
from eventscope.workers import UNSUBSCRIBED, Workers

__all__ = ["Run", "Stopped"]

log = logging.getLogger("eventscope.bus")

STOPPED: Final = "the bus stopped"
CAME_TOO_LATE: Final = "the bus stopped before the event was let in: start it again"

_inside: ContextVar[Run | None] = ContextVar("eventscope_inside", default=None)
"""The run whose handler, or something that a handler started, is executing."""


class Stopped(NamedTuple):
    """How a stop went: whether all was handled in time, and how many deliveries were dropped for it."""

    in_time: bool
    dropped: int
    seconds: float


class Run:
    """The working parts of a started bus; `options` are those of `check_options`.

    All but `hand_over` is called in the thread of the loop in which it was made.
    """

    def __init__(self, router: Router, lanes: Lanes, ledger: Ledger, options: dict[str, Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        self.started = time.monotonic()
        self.closed = False
        self.rates = Rates(ledger.counters)
        self._name: str = options["name"]
        self._router = router
        self._lanes = lanes
        self._ledger = ledger
        self._ended: asyncio.Future[Stopped] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._stopper: asyncio.Task[Any] | None = None
        plain, handling = self._contexts()
        bound: int = options["max_queue_size"]
        self._room = Room(lanes, bound, self._stuck)
        self.entrance = Entrance(
            router,
            lanes,
            ledger,
            self._room,
            options,
            push=self._push,
            is_inside=self.is_inside,
            on_through=self._check_drained,
        )
        self._inbound = Inbound(bound, plain, self.entrance.publish, self._check_drained, ledger.reject)
        self._retries = Retries(lanes, ledger, self._push)
        self.workers = Workers(
            lanes,
            ledger,
            self._room,
            self._retries,
            options["concurrency"],
            name=self._name,
            context=handling,
            on_rest=self._at_rest,
        )
        self._tick()

    def _contexts(self) -> tuple[contextvars.Context, contextvars.Context]:
        """The variables of whoever starts the bus: for its own work, and for that of handlers."""
        plain = contextvars.copy_context()
        plain.run(current_event.set, None)
        handling = plain.copy()
        handling.run(_inside.set, self)
        return plain, handling

    def _tick(self) -> None:
        self.rates.note()
        self._ticking = self.loop.call_later(1.0, self._tick)

    @property
    def draining(self) -> bool:
        """Whether it is stopping; only handlers, and what they started, may publish then."""
        return self._ended is not None

    @property
    def ended(self) -> bool:
        """Whether it has stopped, or its loop was closed under it."""
        return self.loop.is_closed() or (self._ended is not None and self._ended.done())

    def is_inside(self) -> bool:
        """Whether the caller is a handler of this run, or something that a handler started."""
        return _inside.get() is self

    def hand_over(self, event: Event) -> Future[bool]:
        """Publish `event` from another thread."""
        return self._inbound.put(event)

    def _push(self, entry: Delivery) -> None:
        self._lanes.push(entry)
        self.workers.notify()

    def _stuck(self, inside: int) -> bool:
        """Whether all handlers that run wait for room, of which there are `inside`, and none can start."""
        return 0 < self.workers.running <= inside and self.workers.busy

    def end_subscription(self, subscription: Subscription) -> None:
        """Drop all that still waits for `subscription`."""
        self._drop(self._waiting_for(subscription), UNSUBSCRIBED)
        self._check_drained()

    def _waiting_for(self, subscription: Subscription) -> list[Delivery]:
        collected = subscription.collector.take_all() if subscription.collector else []
        for delivery in collected:
            self._lanes.let_go(delivery)
        return collected + self._lanes.discard(subscription) + self._retries.discard(subscription)

    def _drop(self, entries: list[Delivery], why: str) -> None:
        for entry in entries:
            self._ledger.drop(entry, why)
        self._room.freed()

    async def stop(self, timeout: float) -> Stopped:  # noqa: ASYNC109
        """Handle what is left, for at most `timeout` seconds; then cancel handlers and drop the rest."""
        if self.loop.is_closed():
            return self._lost()
        if self._ended is not None:
            return await asyncio.shield(self._ended)
        self._ended = self.loop.create_future()
        began, dropped, in_time = time.monotonic(), self._ledger.dropped, False
        try:
            in_time = await self._drain(timeout)
        finally:
            self.cut()
            try:
                await self.workers.dismiss()
            finally:
                stopped = Stopped(in_time, self._ledger.dropped - dropped, time.monotonic() - began)
                self._ended.set_result(stopped)
        if stopped.dropped:
            log.warning("bus %r stopped and dropped %d deliveries", self._name, stopped.dropped)
        return stopped

    def _lost(self) -> Stopped:
        dropped = self._ledger.dropped
        self.cut()
        log.warning("bus %r was not stopped before its event loop was closed", self._name)
        return Stopped(False, self._ledger.dropped - dropped, 0.0)

    async def _drain(self, timeout: float) -> bool:  # noqa: ASYNC109
        self._stopper = asyncio.current_task()
        self._drained = self.loop.create_future()
        for subscription in self._router.subscriptions:
            if subscription.collector is not None:
                subscription.collector.flush()
        self._check_drained()
        done, _ = await asyncio.wait([self._drained], timeout=timeout)
        return bool(done)

    def _check_drained(self) -> None:
        if self._drained is None or self._drained.done():
            return
        own = self.workers.employs(self._stopper)  # a handler that stops its bus cannot wait for itself
        idle = not self._lanes.waiting and self.workers.running <= own
        if idle and self._inbound.empty and not self._room.crowded:
            self._drained.set_result(None)

    def _at_rest(self) -> None:
        self._room.unjam()
        self._check_drained()

    def cut(self) -> None:
        """Give up all that waits, at once. The loop may be closed already."""
        self.closed = True
        self._ticking.cancel()
        reason = BusNotStarted(CAME_TOO_LATE)
        self._inbound.close(reason)
        self._room.close(reason)
        for subscription in self._router.subscriptions:
            self._drop(self._waiting_for(subscription), STOPPED)
        self._drop(self._lanes.clear() + self._retries.close(), STOPPED)
