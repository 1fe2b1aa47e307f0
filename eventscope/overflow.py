"""Overflow: what a bus does with an event when its queue is full."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Overflow"]


class Overflow(StrEnum):
    """What to do with an event when the queue is full."""

    BLOCK = "block"
    """`publish` waits for room; `publish_nowait` refuses."""

    DROP_LOWEST = "drop-lowest"
    """The newest waiting delivery of the lowest priority below the event's makes room; if there is none,
    the event's own delivery is dropped."""

    REJECT = "reject"
    """`publish` raises QueueFull; `publish_nowait` refuses."""
