"""The ledger of a bus: every outcome is counted, timed and told to the observers here, and nowhere else."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from eventscope.delivery import DeadLetter, Delivery
from eventscope.errors import describe
from eventscope.event import Event
from eventscope.metrics import Latencies
from eventscope.observers import Observers
from eventscope.step import UNKNOWN, Phase, Step

__all__ = ["COUNTERS", "Ledger"]

log = logging.getLogger("eventscope.bus")

COUNTERS: Final = (
    "published",
    "deliveries",
    "delivered",
    "handled",
    "failed",
    "retried",
    "dead_lettered",
    "dropped",
    "rejected",
)


class Ledger:
    """Counts since the bus was made.

    `published` and `rejected` count events, `delivered`, `failed` and `retried` attempts, the others
    deliveries. At all times: deliveries = handled + dead_lettered + dropped + waiting + running.
    Times are nanoseconds of the monotonic clock.
    """

    def __init__(self, observers: Observers, *, timed: bool) -> None:
        self.published = self.deliveries = self.delivered = self.handled = self.failed = 0
        self.retried = self.dead_lettered = self.dropped = 0
        self._rejected = 0
        self._lock = threading.Lock()
        self._observers = observers
        self.latencies = Latencies.of_all() if timed else None

    @property
    def rejected(self) -> int:
        """Events that were not let in."""
        return self._rejected

    def counters(self) -> dict[str, int]:
        """All counts by name."""
        return {name: getattr(self, name) for name in COUNTERS}

    def reject(self) -> None:
        """An event was not let in. May be called from any thread."""
        with self._lock:
            self._rejected += 1

    def publish(self, event: Event, fanout: int) -> None:
        """An event was let in and goes to `fanout` subscriptions."""
        self.published += 1
        self.deliveries += fanout
        if self._observers.watching:
            self._observers.tell(Step(Phase.PUBLISHED, event, time.time_ns(), fanout=fanout))

    def deliver(self, entry: Delivery, now: int) -> None:
        """The handler starts."""
        entry.attempt += 1
        subscription = entry.subscription
        subscription.last_start = now
        for delivery in entry.members:
            self.delivered += 1
            subscription.delivered += 1
            if self.latencies is not None:
                self.latencies[delivery.event.priority].queue.add(now - delivery.queued)
            if self._observers.watching:
                self._tell(Phase.DELIVERED, entry, delivery, start=now, end=now)

    def handle(self, entry: Delivery, start: int, end: int) -> None:
        """The handler returned."""
        subscription = entry.subscription
        for delivery in entry.members:
            self.handled += 1
            subscription.handled += 1
            if self.latencies is not None:
                times = self.latencies[delivery.event.priority]
                times.handle.add(end - start)
                times.total.add(end - delivery.published)
            if self._observers.watching:
                self._tell(Phase.HANDLED, entry, delivery, start=start, end=end, handle_ns=end - start)

    def fail(self, entry: Delivery, start: int, end: int, error: BaseException) -> None:
        """The handler raised."""
        subscription = entry.subscription
        subscription.last_error = text = describe(error)
        for delivery in entry.members:
            self.failed += 1
            subscription.failed += 1
            if self.latencies is not None:
                self.latencies[delivery.event.priority].handle.add(end - start)
            if self._observers.watching:
                self._tell(Phase.FAILED, entry, delivery, start=start, end=end, handle_ns=end - start, error=text)

    def retry(self, entry: Delivery, end: int) -> None:
        """The failed attempt will be followed by another."""
        text = entry.subscription.last_error
        for delivery in entry.members:
            self.retried += 1
            entry.subscription.retried += 1
            if self._observers.watching:
                self._tell(Phase.RETRIED, entry, delivery, end=end, error=text)

    def dead_letter(self, entry: Delivery, end: int, error: BaseException) -> None:
        """The last attempt failed."""
        subscription = entry.subscription
        text = describe(error)
        for delivery in entry.members:
            self.dead_lettered += 1
            subscription.dead_lettered += 1
            subscription.dead_letters.append(DeadLetter(delivery.event, text, entry.attempt, time.time_ns()))
            if self._observers.watching:
                self._tell(Phase.DEAD_LETTERED, entry, delivery, end=end, error=text)
        if subscription.complains(end):
            log.error("%r could not handle %r", subscription.name, entry.event, exc_info=error)

    def drop(self, entry: Delivery, why: str) -> None:
        """A delivery was given up."""
        now = time.monotonic_ns()
        for delivery in entry.members:
            self.dropped += 1
            entry.subscription.dropped += 1
            if self._observers.watching:
                self._tell(Phase.DROPPED, entry, delivery, end=now, error=why)

    def _tell(
        self,
        phase: Phase,
        entry: Delivery,
        delivery: Delivery,
        *,
        end: int,
        start: int = UNKNOWN,
        handle_ns: int = UNKNOWN,
        error: str | None = None,
    ) -> None:
        queue_ns = UNKNOWN if start == UNKNOWN else start - delivery.queued
        total_ns = end - delivery.published
        name = entry.subscription.name
        self._observers.tell(
            Step(phase, delivery.event, time.time_ns(), name, entry.attempt, queue_ns, handle_ns, total_ns, error)
        )
