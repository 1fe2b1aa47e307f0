"""An event as one line of text, for terminals and for screen readers."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from app.gaps import GAP_MARK, gap_line, is_gap
from app.payload import summary
from app.store.stored import StoredEvent
from eventscope.event import EventPriority
from eventscope.step import Phase


def clock_time(ns: int) -> str:
    """Local time of day with milliseconds, of nanoseconds since the epoch; the number itself if implausible."""
    try:
        return f"{clock_second(ns // 1_000_000_000)}.{ns // 1_000_000 % 1_000:03}"
    except (OverflowError, OSError, ValueError):
        return str(ns)


@lru_cache(maxsize=1024)
def clock_second(seconds: int) -> str:
    """Local time of day of a second since the epoch; rows of one second share it."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%H:%M:%S}"


def priority_name(priority: int) -> str:
    """CRITICAL, HIGH, NORMAL, LOW, or nothing when unknown."""
    return EventPriority(priority).name if 0 <= priority <= EventPriority.CRITICAL else ""


def row_text(event: StoredEvent) -> str:
    """Time, priority, phase, type, who, how long, and what went wrong or what it carries. Of a gap: what is missing."""
    at = clock_time(event.occurred_at if event.occurred_at is not None else event.observed_at)
    if is_gap(event):
        return f"{at}  {GAP_MARK} {gap_line(event)}"
    parts = [
        at,
        f"{priority_name(event.priority):8}",
        f"{Phase(event.phase).label:13}",
        event.type or "(no type)",
        f"by {event.producer}" if event.producer else "",
        f"to {event.subscription}" if event.subscription else "",
        f"{event.total_ns / 1e6:.1f} ms" if event.total_ns is not None else "",
        event.error or summary(event.payload),
    ]
    return "  ".join(part for part in parts if part)
