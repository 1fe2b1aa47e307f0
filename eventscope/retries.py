"""Retries: what follows when a handler fails."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from eventscope.delivery import Delivery
from eventscope.lanes import Lanes
from eventscope.ledger import Ledger
from eventscope.subscription import Subscription

__all__ = ["Retries"]

log = logging.getLogger("eventscope.bus")


class Retries:
    """Failed deliveries that wait for their next attempt; the queue holds them meanwhile.

    Nobody is kept busy by the wait: when it is over the entry goes to `push`.
    """

    def __init__(self, lanes: Lanes, ledger: Ledger, push: Callable[[Delivery], None]) -> None:
        self._lanes = lanes
        self._ledger = ledger
        self._push = push
        self._timers: dict[Delivery, asyncio.TimerHandle] = {}
        self._closed = False

    def failed(self, entry: Delivery, start: int, end: int, error: BaseException) -> None:
        """Try `entry` again later if its subscription allows that, else make it a dead letter."""
        self._ledger.fail(entry, start, end, error)
        subscription = entry.subscription
        if self._closed or not subscription.active or entry.attempt > subscription.retries:
            self._ledger.dead_letter(entry, end, error)
            return
        delay = subscription.backoff.delay(entry.attempt)
        log.info("%r failed on %r and tries again in %.3f s", subscription.name, entry.event, delay, exc_info=error)
        self._lanes.hold(entry)
        self._timers[entry] = asyncio.get_running_loop().call_later(delay, self._again, entry)
        self._ledger.retry(entry, end)

    def _again(self, entry: Delivery) -> None:
        del self._timers[entry]
        now = time.monotonic_ns()
        for delivery in entry.members:
            delivery.queued = now
        self._push(entry)

    def close(self) -> list[Delivery]:
        """Give up all that waits here; nothing is tried again from now on."""
        self._closed = True
        return self._give_up(list(self._timers))

    def discard(self, subscription: Subscription) -> list[Delivery]:
        """Give up what waits here for one subscription."""
        return self._give_up([entry for entry in self._timers if entry.subscription is subscription])

    def _give_up(self, given_up: list[Delivery]) -> list[Delivery]:
        for entry in given_up:
            self._timers.pop(entry).cancel()
            self._lanes.let_go(entry)
        return given_up
