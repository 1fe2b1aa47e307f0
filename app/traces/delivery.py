"""Delivery: the way of one event to one subscription, put together from the rows that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.traces.rows import TraceRow
from eventscope.step import Phase


class DeliveryState(StrEnum):
    """How it stands with a delivery."""

    RUNNING = "running"
    HANDLED = "handled"
    FAILED = "failed"
    RETRYING = "retrying"
    DEAD_LETTERED = "dead-lettered"
    DROPPED = "dropped"


STATES = {
    Phase.DELIVERED: DeliveryState.RUNNING,
    Phase.HANDLED: DeliveryState.HANDLED,
    Phase.FAILED: DeliveryState.FAILED,
    Phase.RETRIED: DeliveryState.RETRYING,
    Phase.DEAD_LETTERED: DeliveryState.DEAD_LETTERED,
    Phase.DROPPED: DeliveryState.DROPPED,
}
OVER = frozenset({DeliveryState.HANDLED, DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED})

Run = tuple[int, int | None]
"""When a handler started and ended (ns since the epoch); None while it runs."""


class Delivery:
    """Rows of one event and subscription, in the order of their time."""

    def __init__(self, rows: Sequence[TraceRow]) -> None:
        self.rows = sorted(rows, key=lambda row: (row.at, row.seq))
        self.runs = runs_of(self.rows)

    @property
    def subscription(self) -> str | None:
        """Who it goes to."""
        return self.rows[0].subscription

    @property
    def state(self) -> DeliveryState:
        """What the last row says, unless a row before it said that the delivery is over."""
        states = [STATES[Phase(row.phase)] for row in self.rows]
        return next((state for state in reversed(states) if state in OVER), states[-1])

    @property
    def attempts(self) -> int:
        """How often the handler was started."""
        numbered = max(row.attempt or 0 for row in self.rows)
        started = sum(row.phase == Phase.DELIVERED for row in self.rows)
        ended = sum(row.phase in (Phase.HANDLED, Phase.FAILED) for row in self.rows)
        return max(numbered, started, ended)

    @property
    def error(self) -> str | None:
        """What went wrong last."""
        return next((row.error for row in reversed(self.rows) if row.error), None)

    @property
    def begin(self) -> int:
        """When its handler started first, or else the first thing that is known (ns since the epoch)."""
        return min((start for start, _ in self.runs), default=self.rows[0].at)

    @property
    def end(self) -> int:
        """When the last thing happened (ns since the epoch)."""
        return self.rows[-1].at

    @property
    def wait_ns(self) -> int | None:
        """How long the first attempt waited before its handler started; negative when clocks disagree."""
        return next((int(row.queue_ns) for row in self.rows if row.queue_ns is not None), None)

    @property
    def handle_ns(self) -> int | None:
        """Time spent in the handler, all attempts together."""
        times = [row.handle_ns for row in self.rows if row.handle_ns is not None]
        return int(sum(times)) if times else None

    @property
    def total_ns(self) -> float | None:
        """From publish to the end of the last attempt."""
        return next((row.total_ns for row in reversed(self.rows) if row.total_ns is not None), None)

    @property
    def backwards(self) -> bool:
        """Whether a duration is negative, because clocks disagree or one stepped back."""
        return any((row.queue_ns or 0) < 0 or (row.handle_ns or 0) < 0 for row in self.rows)

    def ran_at(self, at: int) -> bool:
        """Whether the handler was running at a time (ns since the epoch)."""
        return any(start <= at and (end is None or at <= end) for start, end in self.runs)


def runs_of(rows: Sequence[TraceRow]) -> list[Run]:
    """When the handler ran, as far as start or duration of each attempt is known."""
    starts = {row.attempt: row.at for row in rows if row.phase == Phase.DELIVERED}
    ends = {row.attempt: row for row in rows if row.phase in (Phase.HANDLED, Phase.FAILED)}
    runs: list[Run] = [(at, None) for attempt, at in starts.items() if attempt not in ends]
    for attempt, row in ends.items():
        start = starts.get(attempt)
        if start is None and row.handle_ns is not None:
            start = row.at - max(int(row.handle_ns), 0)
        if start is not None:
            runs.append((start, row.at))
    return runs
