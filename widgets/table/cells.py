"""Cells: what a row of the table says, made from a stored event once and kept while the row may be seen again.

All text is cut and freed of control characters here, so that nothing later can be slow or misled by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.commands.row_text import clock_time, priority_name
from app.display import display
from app.gaps import GAP_MARK, gap_line, is_gap
from app.payload import summary
from app.store.stored import StoredEvent
from eventscope.step import Phase

__all__ = ["PHASE_MARKS", "PRIORITY_MARKS", "Row", "latency_text", "row_of", "sentence", "short_id", "size_text"]

CELL_LIMIT: Final = 300
"""Characters of a cell; a wide screen shows fewer."""

PRIORITY_LETTERS: Final = {3: "C", 2: "H", 1: "N", 0: "L"}
PRIORITY_MARKS: Final = {3: "▲", 2: "◆", 1: "●", 0: "○"}
"""The glyph of each priority where it is written as text; never the colour alone."""

PHASE_MARKS: Final[dict[int, str]] = {
    Phase.PUBLISHED: "→",
    Phase.DELIVERED: "↳",
    Phase.HANDLED: "✓",
    Phase.FAILED: "✖",
    Phase.RETRIED: "⟳",
    Phase.DEAD_LETTERED: "☠",
    Phase.DROPPED: "⊘",
}
"""The glyph of each phase where it is written as text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is shown: `texts` by column key, `at` (ns since the epoch) for the time column."""

    seq: int
    at: int
    phase: int
    priority: int
    correlation_id: str | None
    late: bool
    texts: dict[str, str]
    gap: str = ""
    """Of a row that stands for missed events: what it says, across all columns."""


def row_of(event: StoredEvent, budget_ns: float) -> Row:
    """The row of an event; `late` when its total time is over `budget_ns`."""
    total = event.total_ns
    return Row(
        seq=event.seq,
        at=moment(event),
        phase=event.phase,
        priority=event.priority,
        correlation_id=event.correlation_id,
        late=total is not None and total > budget_ns,
        texts={
            "number": str(event.seq),
            "source": cell(event.source),
            "phase": Phase(event.phase).label,
            "priority": PRIORITY_LETTERS.get(event.priority, ""),
            "category": cell(event.category),
            "type": cell(event.type),
            "key": cell(event.key),
            "producer": cell(event.producer),
            "subscription": cell(event.subscription),
            "correlation": short_id(cell(event.correlation_id)),
            "latency": latency_text(total),
            "size": size_text(event.size),
            "info": cell(event.error or summary(event.payload)) or course(event),
        },
        gap=f"{GAP_MARK} {gap_line(event)}" if is_gap(event) else "",
    )


def moment(event: StoredEvent) -> int:
    """When it happened, or when it reached us if the source does not say; ns since the epoch."""
    return event.observed_at if event.occurred_at is None else event.occurred_at


def cell(text: str | None) -> str:
    """Hostile text made fit for one line of a cell."""
    return display(text, limit=CELL_LIMIT) if text else ""


def course(event: StoredEvent) -> str:
    """How an attempt went, of a row that carries neither error nor payload."""
    parts = [
        f"attempt {event.attempt}" if event.attempt and event.attempt > 1 else "",
        f"waited {latency_text(event.queue_ns)} ms" if event.queue_ns is not None else "",
        f"handled in {latency_text(event.handle_ns)} ms" if event.handle_ns is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def short_id(text: str) -> str:
    """An id short enough to compare by eye: its head and its tail, where ids of one program differ."""
    return text if len(text) <= 9 else f"{text[:4]}…{text[-4:]}"


def latency_text(ns: float | None) -> str:
    """Milliseconds with two decimals, so that a column of them is aligned on the point."""
    return "" if ns is None else f"{ns / 1e6:,.2f}"


def size_text(size: int | None) -> str:
    """Bytes with a unit."""
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"


def sentence(event: StoredEvent) -> str:
    """The row in one sentence, for those who hear it."""
    if is_gap(event):
        return f"gap {event.seq}, {gap_line(event)}"
    error = event.error
    parts = [
        f"event {event.seq}",
        cell(event.type) or "without a type",
        f"priority {priority_name(event.priority).lower()}" if priority_name(event.priority) else "",
        f"{Phase(event.phase).label} at {clock_time(moment(event))}",
        f"from {cell(event.producer or event.source)}",
        f"to {cell(event.subscription)}" if event.subscription else "",
        f"after {latency_text(event.total_ns)} milliseconds" if event.total_ns is not None else "",
        f"error {cell(error)}" if error else "",
    ]
    return ", ".join(part for part in parts if part)
