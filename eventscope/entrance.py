"""The entrance of a bus: lets published events into the queue, as far as there is room."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from eventscope.delivery import Delivery
from eventscope.errors import QueueFull
from eventscope.event import Event
from eventscope.lanes import Lanes
from eventscope.ledger import Ledger
from eventscope.logline import log_event
from eventscope.overflow import Overflow
from eventscope.room import Room
from eventscope.router import Router
from eventscope.subscription import Subscription
from eventscope.workers import SLICE_NS

__all__ = ["Entrance"]

log = logging.getLogger("eventscope.bus")

NO_ROOM: Final = "the queue is full"


class Entrance:
    """Makes deliveries of an event and passes each to `push`; past the bound it follows the overflow policy.

    `is_inside` says whether a handler is publishing, `on_through` is called when one that waited is through.
    """

    def __init__(
        self,
        router: Router,
        lanes: Lanes,
        ledger: Ledger,
        room: Room,
        options: dict[str, Any],
        *,
        push: Callable[[Delivery], None],
        is_inside: Callable[[], bool],
        on_through: Callable[[], None],
    ) -> None:
        self._router = router
        self._lanes = lanes
        self._ledger = ledger
        self._room = room
        self._bound: int = options["max_queue_size"]
        self._overflow: Overflow = options["overflow"]
        self._log_events: bool = options["log_events"]
        self._push = push
        self._is_inside = is_inside
        self._on_through = on_through
        self._loop = asyncio.get_running_loop()
        self._published_at = 0
        self._slice_end = 0

    async def publish(self, event: Event) -> bool:
        """Let `event` in, waiting for room if need be; False if a delivery of it was dropped.

        Raises QueueFull if the overflow policy says so, and BusNotStarted if the bus stops meanwhile.
        """
        let_in = self._offer(event)
        if let_in is None:
            return await self._wait_in(event)
        if self._published_at > self._slice_end:
            await self._pause()
        return let_in

    def publish_nowait(self, event: Event) -> bool:
        """Let `event` in if there is room; False, and counted, if not, or if a delivery of it was dropped."""
        try:
            let_in = self._offer(event)
        except QueueFull:
            return False
        if let_in is None:
            self._ledger.reject()
        return bool(let_in)

    def _offer(self, event: Event) -> bool | None:
        """As `publish`, but None if the event has to wait."""
        subscriptions = self._router.match(event)
        if not self._room.crowded and self._room.fits(len(subscriptions)):
            self._let_in(event, subscriptions)
            return True
        if self._overflow is Overflow.BLOCK:
            return None
        if self._overflow is Overflow.DROP_LOWEST:
            return self._squeeze(event, subscriptions)
        self._ledger.reject()
        raise QueueFull(
            f"the queue holds {self._lanes.waiting:,} deliveries of at most {self._bound:,}: "
            "publish more slowly, or give the bus a larger max_queue_size or another overflow policy"
        )

    async def _wait_in(self, event: Event) -> bool:
        try:
            await self._room.wait(len(self._router.match(event, again=True)), inside=self._is_inside())
            self._let_in(event, self._router.match(event, again=True))
        finally:
            self._on_through()
        return True

    async def _pause(self) -> None:
        """Let the loop turn if the caller has been publishing for a while without a pause."""
        if time.monotonic_ns() < self._slice_end + SLICE_NS:
            await asyncio.sleep(0)
        self._slice_end = time.monotonic_ns() + SLICE_NS

    def _let_in(self, event: Event, subscriptions: tuple[Subscription, ...]) -> None:
        now = self._announce(event, len(subscriptions))
        for subscription in subscriptions:
            self._enqueue(Delivery(event, subscription, now))

    def _announce(self, event: Event, fanout: int) -> int:
        if self._log_events:
            log_event(event)
        self._ledger.publish(event, fanout)
        self._published_at = time.monotonic_ns()
        return self._published_at

    def _enqueue(self, delivery: Delivery) -> None:
        self._lanes.hold(delivery)
        collector = delivery.subscription.collector
        if collector is None:
            self._push(delivery)
        else:
            collector.add(delivery, self._loop, self._push)

    def _squeeze(self, event: Event, subscriptions: tuple[Subscription, ...]) -> bool:
        """Let `event` into a full queue at the expense of what is less urgent."""
        now = self._announce(event, len(subscriptions))
        kept = [self._squeeze_in(Delivery(event, subscription, now)) for subscription in subscriptions]
        return all(kept)

    def _squeeze_in(self, delivery: Delivery) -> bool:
        if not self._room.fits(1):
            victim = self._lanes.evict(delivery.event.priority)
            self._lose(victim or delivery)
            if victim is None:
                return False
        self._enqueue(delivery)
        return True

    def _lose(self, entry: Delivery) -> None:
        self._ledger.drop(entry, NO_ROOM)
        if entry.subscription.complains(time.monotonic_ns()):
            log.warning("%r does not get %r: %s", entry.subscription.name, entry.event, NO_ROOM)
