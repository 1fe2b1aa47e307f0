"""A delivery: one event on its way to one subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from eventscope.event import Event

if TYPE_CHECKING:
    from eventscope.subscription import Subscription

__all__ = ["DeadLetter", "Delivery"]


class Delivery:
    """One event for one subscription, or, with `followers`, the first of a batch that goes as one.

    `published` and `queued` are nanoseconds of the monotonic clock: when the event was published, and
    since when this attempt waits. `attempt` counts the starts of the handler.
    """

    __slots__ = ("attempt", "event", "followers", "published", "queued", "subscription")

    def __init__(self, event: Event, subscription: Subscription, now: int) -> None:
        self.event = event
        self.subscription = subscription
        self.published = now
        self.queued = now
        self.attempt = 0
        self.followers: tuple[Delivery, ...] = ()

    @property
    def members(self) -> tuple[Delivery, ...]:
        """This delivery and those that follow in its batch."""
        return (self, *self.followers) if self.followers else (self,)

    @property
    def argument(self) -> Any:
        """What the handler is called with: the event, or a list of events if it takes batches."""
        if self.subscription.batch is None:
            return self.event
        return [member.event for member in self.members]


class DeadLetter(NamedTuple):
    """An event that a handler could not handle.

    `error` is a text, for an exception would keep all that its frames hold alive. `at` is in nanoseconds
    since the epoch, UTC.
    """

    event: Event
    error: str
    attempts: int
    at: int
