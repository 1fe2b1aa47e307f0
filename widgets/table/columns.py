"""Columns: the fields of the table in their default order, and how each is set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["COLUMNS", "Column", "Elide", "column_number"]


class Elide(StrEnum):
    """Where a text that does not fit loses letters: ids in the middle, all else at the end."""

    END = "end"
    MIDDLE = "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """One field: at least `width` pixels, at most `most` when there is room to show a longer text whole."""

    key: str
    title: str
    width: int
    most: int
    tip: str
    mono: bool = False
    right: bool = False
    muted: bool = False
    hidden: bool = False
    elide: Elide = Elide.END
    mark: int = 0
    """Pixels before the text for a glyph or chip."""
    yields: int = 0
    """In a window too narrow for all columns those that yield are hidden, the highest first."""


COLUMNS: Final = (
    Column("number", "#", 48, 96, "Order of arrival; never given twice", mono=True, right=True, muted=True),
    Column("time", "Time", 104, 140, "When it happened; right-click to count from elsewhere", mono=True),
    Column("source", "Source", 60, 140, "Which of the attached sources it came from", muted=True, yields=2),
    Column("phase", "Phase", 100, 132, "Which step of the event's life this is", mark=20),
    Column("priority", "Prio", 44, 44, "Critical, high, normal or low", mono=True, mark=16),
    Column("category", "Category", 80, 120, "What kind of event; often the first part of its type", yields=1),
    Column("type", "Type", 128, 260, "Type of the event"),
    Column("key", "Key", 80, 160, "Key or subject", hidden=True),
    Column("producer", "Producer", 76, 150, "Who emitted it", muted=True, yields=3),
    Column("subscription", "Subscription", 96, 180, "Who it was delivered to", muted=True),
    Column(
        "correlation", "Correlation", 96, 110, "Which flow it belongs to; the chip's colour is the flow's own",
        mono=True, muted=True, elide=Elide.MIDDLE, mark=14,
    ),
    Column("latency", "Latency, ms", 92, 110, "From publish to the end of this step", mono=True, right=True),
    Column("size", "Size", 64, 84, "Size of the payload", mono=True, right=True, muted=True, yields=4),
    Column("info", "Info", 120, 4000, "What went wrong, or what the event carries"),
)  # fmt: skip


def column_number(key: str) -> int:
    """The logical number of a column; raises StopIteration for an unknown key."""
    return next(i for i, column in enumerate(COLUMNS) if column.key == key)
