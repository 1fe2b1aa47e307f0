"""The event bus: publish here, subscribe there, and see what becomes of each event."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

from eventscope.backoff import Backoff
from eventscope.config import read_config
from eventscope.errors import BusNotStarted
from eventscope.event import Event, EventPriority
from eventscope.lanes import Lanes
from eventscope.ledger import COUNTERS, Ledger
from eventscope.metrics import by_priority
from eventscope.observers import Observer, Observers
from eventscope.options import check_options
from eventscope.overflow import Overflow
from eventscope.pattern import Names
from eventscope.router import Router
from eventscope.run import Run, Stopped
from eventscope.subscription import Handler, Subscription

if TYPE_CHECKING:
    from eventscope.tap import Tap

__all__ = ["EventBus"]


class EventBus:
    """An in-process event bus for asyncio.

    `max_queue_size` bounds the deliveries (an event for one subscription) that wait, and `overflow` says
    what happens beyond it. `concurrency` handlers run at a time at most. Higher priorities go first; what
    has waited for more than `ageing` seconds gets one pick in nine, so that LOW is never starved.
    `enable_metrics` measures latencies, `log_events` writes a line for each event to `eventscope.events`.

    It starts in a running event loop and works in that loop's thread; `publish` in all its forms and
    `subscribe` may be called from any. Raises ValueError for an option that makes no sense.
    """

    def __init__(
        self,
        max_queue_size: int = 10_000,
        enable_metrics: bool = True,
        log_events: bool = False,
        *,
        name: str = "bus",
        overflow: Overflow | str = Overflow.BLOCK,
        concurrency: int = 64,
        ageing: float = 1.0,
    ) -> None:
        given = {k: v for k, v in locals().items() if k != "self"}
        self._options = check_options(given)
        self.name = name
        self._observers = Observers()
        self._router = Router()
        self._lanes = Lanes(self._options["ageing"])
        self._ledger = Ledger(self._observers, timed=enable_metrics)
        self._run: Run | None = None
        self._abandoned: deque[Subscription] = deque()

    @classmethod
    def from_config(cls, path: str | os.PathLike[str]) -> Self:
        """A bus with the options that the section `event_bus` of a YAML or TOML file gives.

        Raises ConfigError, which names the file, the key and what is allowed.
        """
        return cls(**read_config(path))

    # Life

    @property
    def running(self) -> bool:
        """Whether it is started and takes events."""
        run = self._run
        return run is not None and not run.draining and not run.loop.is_closed()

    async def start(self) -> None:
        """Begin to deliver, in the running loop. Does nothing if it runs already; may follow a `stop`."""
        if self._run is not None and not self.running:
            await self.stop()
        if self._run is None:
            self._bury()
            self._run = Run(self._router, self._lanes, self._ledger, self._options)

    async def stop(self, timeout: float = 5.0) -> Stopped:  # noqa: ASYNC109
        """Deliver what waits, for at most `timeout` seconds, then cancel handlers and drop the rest.

        Meanwhile only handlers may publish. What was dropped is counted, logged and returned. Does
        nothing if it does not run.
        """
        run = self._run
        if run is None:
            return Stopped(True, 0, 0.0)
        if run.thread != threading.get_ident() and not run.loop.is_closed():
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.stop(timeout), run.loop))
        try:
            return await run.stop(timeout)
        finally:
            if self._run is run and run.ended:
                self._run = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # Publishing

    async def publish(self, event: Event | str | Enum, payload: Any = None, **fields: Any) -> bool:
        """Publish an event, or make one of a type, a payload and the other fields of Event.

        Returns when the event is in the queue, not when it is handled: True, or False if the overflow
        policy `drop-lowest` dropped a delivery of it. With the policy `block` it waits for room. Raises
        BusNotStarted, and QueueFull with the policy `reject`. From another thread's loop it works too.
        """
        event = _event_of(event, payload, fields)
        run = self._open()
        if run.thread != threading.get_ident():
            return await asyncio.wrap_future(run.hand_over(event))
        return await run.entrance.publish(event)

    def publish_nowait(self, event: Event | str | Enum, payload: Any = None, **fields: Any) -> bool:
        """Publish without waiting, from a plain function: False, and counted, if there is no room.

        From another thread the event is handed over to the thread of the bus, and True says no more than
        that. Raises BusNotStarted.
        """
        event = _event_of(event, payload, fields)
        run = self._open()
        if run.thread != threading.get_ident():
            future = run.hand_over(event)
            return not (future.done() and future.exception())
        return run.entrance.publish_nowait(event)

    def publish_threadsafe(self, event: Event | str | Enum, payload: Any = None, **fields: Any) -> Future[bool]:
        """Publish from any thread; the future has the result of `publish`.

        As many events as `max_queue_size` may be on their way between the threads; with more than that
        the future raises QueueFull, whatever the policy. Raises BusNotStarted.
        """
        event = _event_of(event, payload, fields)
        return self._open().hand_over(event)

    def _open(self) -> Run:
        run = self._run
        if run is None:
            raise BusNotStarted(f"bus {self.name!r} is not started: call `await bus.start()`, or use `async with bus:`")
        if run.draining and (run.closed or not run.is_inside()):
            raise BusNotStarted(f"bus {self.name!r} is stopping and takes no more events")
        if run.loop.is_closed():
            raise BusNotStarted(f"bus {self.name!r} has lost its event loop: call `await bus.start()` in the new one")
        return run

    # Subscribing

    def subscribe(
        self,
        handler: Handler,
        *,
        types: Names = None,
        categories: Names = None,
        priority: EventPriority | int | str | None = None,
        filter: Callable[[Event], bool] | None = None,  # noqa: A002
        name: str | None = None,
        retries: int = 0,
        backoff: Backoff | float = 0.1,
        concurrency: int | None = None,
        batch: int | None = None,
        batch_wait: float = 0.1,
    ) -> Subscription:
        """Have `handler`, an async or a plain function, called with each event that matches.

        `types` and `categories` are names or globs (`order.*`), one or several; `priority` is the lowest;
        `filter` is asked for each event that passes these. A handler that raises is tried again
        `retries` times, after the waits of `backoff` (seconds, or a Backoff). `concurrency` limits how many of its
        calls run at a time, half of the bus's unless given; 1 keeps the events in order. With `batch` it gets
        lists of up to so many events, or of those that came within `batch_wait` seconds.

        A name that is taken gets a number. Raises TypeError or ValueError for what makes no sense.
        """
        self._bury()
        limit: int = self._options["concurrency"]
        subscription = Subscription(
            handler,
            types=types,
            categories=categories,
            priority=priority,
            filter=filter,
            name=name,
            retries=retries,
            backoff=backoff,
            concurrency=max(1, limit // 2) if concurrency is None else concurrency,
            batch=batch,
            batch_wait=batch_wait,
        )
        subscription.belong(self.unsubscribe)
        self._router.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription | str) -> None:
        """End a subscription, given or named: its handler is not called again, and what waits for it is dropped.

        Raises KeyError for a name that nobody has.
        """
        subscription = self._router.named(subscription) if isinstance(subscription, str) else subscription
        subscription.active = False
        self._router.remove(subscription)
        run = self._run
        if run is None or run.loop.is_closed():
            return
        if run.thread == threading.get_ident():
            run.end_subscription(subscription)
        else:
            run.loop.call_soon_threadsafe(run.end_subscription, subscription)

    def abandon(self, subscription: Subscription) -> None:
        """End a subscription soon. For finalizers, which may run in any thread and amid anything."""
        subscription.active = False
        self._abandoned.append(subscription)
        run = self._run
        if run is not None and not run.loop.is_closed():
            run.loop.call_soon_threadsafe(self._bury)

    def _bury(self) -> None:
        while self._abandoned:
            self.unsubscribe(self._abandoned.popleft())

    # Watching

    def observe(self, callback: Observer) -> Callable[[], None]:
        """Have `callback` called with each Step, in the thread of the bus; returns what ends that.

        It must be quick. One that raises is logged, and detached after five errors.
        """
        return self._observers.attach(callback)

    def tap(self, address: str | os.PathLike[str] | None = None, *, snapshot: bool = False) -> Tap:
        """Stream the life of all events to a monitor in another process; see `eventscope.tap.Tap`."""
        from eventscope.tap import Tap

        return Tap(self, address, snapshot=snapshot)

    def get_metrics(self) -> dict[str, Any]:
        """Counts since the bus was made, and how it does now, as plain data.

        `waiting` and `running` are deliveries in the queue and in the hands of handlers, so that at all times
        deliveries = handled + dead_lettered + dropped + waiting + running. `queue_depth` is what waits, by
        priority; `latency_ms` has `queue` (publish to handler start), `handle` and `total`, by priority;
        `rates` are per second over the last ten seconds.
        """
        run, latencies = self._run, self._ledger.latencies
        return {
            **self._ledger.counters(),
            "waiting": self._lanes.waiting,
            "running": run.workers.handling if run else 0,
            "queue_depth": by_priority(self._lanes.depth),
            "latency_ms": by_priority([times.summary() for times in latencies]) if latencies else {},
            "uptime_s": time.monotonic() - run.started if run else 0.0,
            "rates": run.rates.summary() if run else dict.fromkeys(COUNTERS, 0.0),
        }

    def get_subscriptions_info(self) -> list[dict[str, Any]]:
        """What is known about each subscription, as plain data, in the order in which they came."""
        return [s.info() for s in self._router.subscriptions if s.active]

    def __repr__(self) -> str:
        return f"EventBus({self.name!r}, running={self.running})"


def _event_of(event: Event | str | Enum, payload: Any, fields: dict[str, Any]) -> Event:
    if not isinstance(event, Event):
        return Event(event, payload, **fields)
    if payload is not None or fields:
        raise TypeError("publish takes an Event, or else a type with a payload and other fields")
    return event
