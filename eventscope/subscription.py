"""A subscription: who wants which events, how they are handed over, and how that has gone so far."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from eventscope.backoff import Backoff
from eventscope.collector import Collector
from eventscope.delivery import DeadLetter
from eventscope.event import Event, EventPriority
from eventscope.pattern import Names, matcher, patterns_of

__all__ = ["Subscription", "handler_name"]

DEAD_LETTERS_KEPT: Final = 100
"""How many dead letters a subscription keeps; all are counted."""

COMPLAINT_EVERY_NS: Final = 1_000_000_000

Handler = Callable[[Any], Any]
"""An async or a plain function of one argument: an event, or a list of events if it takes batches."""


class Subscription:
    """What `EventBus.subscribe` returns.

    The counts are of attempts (`delivered`, `failed`, `retried`) and of events (`handled`,
    `dead_lettered`, `dropped`). `filtered` counts events that its filter turned away, `errors` failures of
    the filter. `dead_letters` holds the last hundred events that it could not handle.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        name: str | None = None,
        concurrency: int = 1,
        types: Names = None,
        categories: Names = None,
        priority: EventPriority | int | str | None = None,
        filter: Callable[[Event], bool] | None = None,  # noqa: A002
        retries: int = 0,
        backoff: Backoff | float = 0.1,
        batch: int | None = None,
        batch_wait: float = 0.1,
    ) -> None:
        self.handler = _callable(handler, "handler")
        self.name = name or str(getattr(handler, "__qualname__", type(handler).__qualname__))
        self.types = patterns_of(types, "types")
        self.categories = patterns_of(categories, "categories")
        self.priority = None if priority is None else EventPriority.parse(priority)
        self.filter = None if filter is None else _callable(filter, "filter")
        self.retries = _at_least(0, retries, "retries")
        self.backoff = Backoff.of(backoff)
        self.concurrency = _at_least(1, concurrency, "concurrency")
        self.batch = None if batch is None else _at_least(1, batch, "batch")
        self.collector = None if self.batch is None else Collector(self.batch, _seconds(batch_wait, "batch_wait"))
        self.active = True
        self.dead_letters: deque[DeadLetter] = deque(maxlen=DEAD_LETTERS_KEPT)
        self._leave: Callable[[Subscription], None] | None = None
        self._is_type = matcher(self.types)
        self._is_category = matcher(self.categories)
        self.delivered = self.handled = self.failed = self.retried = 0
        self.dead_lettered = self.dropped = self.filtered = self.errors = 0
        self.running = self.queued = 0
        self.last_error: str | None = None
        self.last_start: int | None = None
        self._complained_at = 0

    def complains(self, now: int) -> bool:
        """Whether a failure at `now` is worth a log entry: one a second is, more would be a flood."""
        if now - self._complained_at < COMPLAINT_EVERY_NS:
            return False
        self._complained_at = now
        return True

    def belong(self, leave: Callable[[Subscription], None]) -> None:
        """Let `leave` end it: its bus calls this once."""
        self._leave = leave

    def unsubscribe(self) -> None:
        """End it: its handler is not called again, and what still waits for it is dropped. May be repeated."""
        if self._leave is not None:
            self._leave(self)

    def wants(self, type_: str, category: str, priority: EventPriority) -> bool:
        """Whether it is for such events, its filter aside."""
        enough = self.priority is None or priority >= self.priority
        return enough and self._is_type(type_) and self._is_category(category)

    def info(self) -> dict[str, Any]:
        """What is known about it, as plain data. `last_seen` is in nanoseconds since the epoch, UTC."""
        started = self.last_start
        return {
            "name": self.name,
            "types": list(self.types),
            "categories": list(self.categories),
            "priority": None if self.priority is None else self.priority.name,
            "handler": handler_name(self.handler),
            "filter": None if self.filter is None else handler_name(self.filter),
            "delivered": self.delivered,
            "handled": self.handled,
            "failed": self.failed,
            "retried": self.retried,
            "dead_lettered": self.dead_lettered,
            "dropped": self.dropped,
            "filtered": self.filtered,
            "errors": self.errors,
            "queued": self.queued,
            "running": self.running,
            "last_error": self.last_error,
            "last_seen": None if started is None else time.time_ns() - (time.monotonic_ns() - started),
            "active": self.active,
        }

    def __repr__(self) -> str:
        return f"Subscription({self.name!r}, active={self.active})"


def handler_name(handler: Handler) -> str:
    """The qualified name of a handler, such as `shop.stock.Stock.reserve`."""
    inner = getattr(handler, "func", handler)  # of a functools.partial
    name = getattr(inner, "__qualname__", type(inner).__qualname__)
    return f"{getattr(inner, '__module__', None) or type(inner).__module__}.{name}"


def _callable(value: Any, what: str) -> Any:
    if not callable(value):
        raise TypeError(f"{what} takes a function, not {value!r}")
    return value


def _at_least(low: int, value: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} takes a whole number, not {value!r}")
    if value < low:
        raise ValueError(f"{what} takes {low} or more, not {value}")
    return value


def _seconds(value: float, what: str) -> float:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{what} takes a number of seconds, not {value!r}")
    return value
