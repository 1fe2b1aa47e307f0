"""The router: which subscriptions an event goes to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from itertools import count

from eventscope.errors import describe
from eventscope.event import Event, EventPriority
from eventscope.subscription import Subscription

__all__ = ["Router"]

log = logging.getLogger("eventscope.bus")

MOST_REMEMBERED = 4_096
"""Kinds of event whose subscriptions are remembered. A program that makes up types starts afresh there."""

Kind = tuple[str, str, EventPriority]


class Router:
    """All subscriptions of a bus, in the order in which they came.

    What an event's kind (type, category, priority) leads to is remembered; only filters are asked for
    each event. May be changed from any thread.
    """

    def __init__(self) -> None:
        self.subscriptions: tuple[Subscription, ...] = ()
        self._lock = threading.Lock()
        self._of_kind: dict[Kind, tuple[tuple[Subscription, ...], bool]] = {}

    def add(self, subscription: Subscription) -> None:
        """Let events reach `subscription` from now on; if its name is taken it becomes `name#2` and so on."""
        with self._lock:
            taken = {s.name for s in self.subscriptions}
            subscription.name = next(n for n in _numbered(subscription.name) if n not in taken)
            self._change((*self.subscriptions, subscription))

    def remove(self, subscription: Subscription) -> None:
        """No event reaches `subscription` any more."""
        with self._lock:
            self._change(tuple(s for s in self.subscriptions if s is not subscription))

    def named(self, name: str) -> Subscription:
        """The subscription of that name. Raises KeyError."""
        for subscription in self.subscriptions:
            if subscription.name == name:
                return subscription
        raise KeyError(f"no subscription is named {name!r}")

    def _change(self, subscriptions: tuple[Subscription, ...]) -> None:
        self.subscriptions = subscriptions
        self._of_kind = {}

    def match(self, event: Event, *, again: bool = False) -> tuple[Subscription, ...]:
        """The subscriptions that `event` goes to; asked `again` for the same event, it counts nothing anew."""
        found = self._of_kind.get((event.type, event.category, event.priority))
        wanting, filtered = found if found is not None else self._learn(event)
        return tuple([s for s in wanting if _passes(s, event, again)]) if filtered else wanting

    def _learn(self, event: Event) -> tuple[tuple[Subscription, ...], bool]:
        kind = event.type, event.category, event.priority
        known = self._of_kind
        wanting = tuple([s for s in self.subscriptions if s.wants(*kind)])
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        found = known[kind] = wanting, any(s.filter for s in wanting)
        return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{name}#{number}"


def _passes(subscription: Subscription, event: Event, again: bool) -> bool:
    if subscription.filter is None:
        return True
    try:
        passes = bool(subscription.filter(event))
        subscription.filtered += not passes and not again
        return passes
    except Exception as error:
        subscription.errors += not again
        subscription.last_error = describe(error)
        if subscription.complains(time.monotonic_ns()):
            log.exception("the filter of %r failed, so it does not get %r", subscription.name, event)
        return False
