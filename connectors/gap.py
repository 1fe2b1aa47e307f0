"""Gaps: events that a source knows to have missed, as a row at the place where they are missing."""

from __future__ import annotations

import time
from typing import Final

from connectors.wording import many
from eventscope.connector import Record
from eventscope.event import EventPriority

__all__ = ["GAP_TYPE", "gap_record"]

GAP_TYPE: Final = "eventscope.gap"


def gap_record(channel: str, count: int | None, *, exact: bool, reason: str) -> Record:
    """The row of a gap on `channel`: `count` events are missing, at most so many unless `exact`, None if unknown.

    `reason` is a clause such as "the broker deleted them before they were read".
    """
    return Record(
        type=GAP_TYPE,
        category="eventscope",
        priority=EventPriority.HIGH,
        channel=channel,
        occurred_at=time.time_ns(),
        producer="eventscope",
        error=f"{_missed(count, exact)}: {reason}",
    )


def _missed(count: int | None, exact: bool) -> str:
    if count is None:
        return "missed an unknown number of events"
    return f"missed {'exactly' if exact else 'at most'} {many(count, 'event')}"
