"""Cells: what a row of the table says, made from a stored event once and kept while the row may be seen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.columns.field import Field
from app.columns.wording import cell, latency_text, moment
from app.commands.row_text import clock_time, priority_name
from app.gaps import GAP_MARK, gap_line, is_gap
from app.store.stored import StoredEvent
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.step import Phase

__all__ = ["PHASE_MARKS", "PRIORITY_MARKS", "WAITING", "Row", "row_of", "sentence", "waiting_row"]

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


NUMBER: Final = "number"
"""The field that every row has."""

WAITING: Final = "…"
"""The text of a cell that is not known yet."""


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
    lent: frozenset[str] = frozenset()
    """The columns whose texts are those of the event that the row is about."""
    gap: str = ""
    """Of a row that stands for missed events: what it says, across all columns."""
    waiting: bool = False
    """Whether nothing is known of it yet, since it is being read from a file."""


def row_of(event: StoredEvent, budget_ns: float, fields: Sequence[Field]) -> Row:
    """The row of an event with the texts of these fields; `late` when its total time is over `budget_ns`."""
    total = event.total_ns
    return Row(
        seq=event.seq,
        at=moment(event),
        phase=event.phase,
        priority=event.priority,
        correlation_id=event.correlation_id,
        late=total is not None and total > budget_ns,
        texts={field.name: field.write(event) for field in fields},
        gap=f"{GAP_MARK} {gap_line(event)}" if is_gap(event) else "",
    )


def waiting_row(seq: int, fields: Sequence[Field]) -> Row:
    """What stands for a row until it is read: its number is known."""
    return Row(
        seq=seq,
        at=0,
        phase=Phase.PUBLISHED,
        priority=UNKNOWN_PRIORITY,
        correlation_id=None,
        late=False,
        texts={field.name: WAITING for field in fields} | {NUMBER: str(seq)},
        waiting=True,
    )


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
