"""Steps: the observable life of an event on a bus.

An event is PUBLISHED once. Then, for each subscription that it goes to, an attempt is DELIVERED (its
handler starts) and ends as HANDLED or FAILED; a failed attempt is RETRIED later or the event is
DEAD_LETTERED. DROPPED says that a full queue or a stopping bus gave up a delivery.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from eventscope.event import Event

__all__ = ["UNKNOWN", "EventProcessingResult", "Phase", "Step"]

UNKNOWN: Final = -(2**63)
"""A time or duration in nanoseconds that nobody measured. Never shown, never computed with."""


class Phase(IntEnum):
    """What happened to the event in this step."""

    PUBLISHED = 0
    DELIVERED = 1
    HANDLED = 2
    FAILED = 3
    RETRIED = 4
    DEAD_LETTERED = 5
    DROPPED = 6

    @property
    def label(self) -> str:
        """The name used in filters, JSON and on screen, such as `dead-lettered`."""
        return self.name.lower().replace("_", "-")


class Step(NamedTuple):
    """One step in the life of `event`. Durations are nanoseconds of a monotonic clock.

    `queue_ns` is the wait of this attempt before its handler started, `handle_ns` the handler's own
    time, `total_ns` from publish to the end of this step. `fanout` of a PUBLISHED step is the number
    of subscriptions that the event goes to.
    """

    phase: Phase
    event: Event
    at: int
    subscription: str | None = None
    attempt: int = 0
    queue_ns: int = UNKNOWN
    handle_ns: int = UNKNOWN
    total_ns: int = UNKNOWN
    error: str | None = None
    fanout: int = -1


EventProcessingResult = Step
"""Seed 004's name for what became of one handling."""
