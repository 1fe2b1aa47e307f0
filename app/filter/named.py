"""Named: values that people know by a name. Each function raises ValueError with a sentence."""

from __future__ import annotations

from app.marks import Mark
from eventscope.event import EventPriority
from eventscope.step import Phase

__all__ = ["mark", "phase", "priority"]


def priority(text: str) -> int:
    """A priority by name or number; those that are there are listed."""
    try:
        return int(EventPriority.parse(int(text) if text.isdecimal() else text))
    except ValueError as error:
        raise ValueError(f"“{text}” is no priority; use CRITICAL, HIGH, NORMAL or LOW.") from error


def phase(text: str) -> int:
    """A phase by its label; raises ValueError that lists them."""
    labels = {member.label: int(member) for member in Phase}
    value = labels.get(text.lower().replace("_", "-"))
    if value is None:
        raise ValueError(f"“{text}” is no phase; use {', '.join(labels)}.")
    return value


def mark(text: str) -> Mark:
    """A kind of note by its name; raises ValueError that lists them."""
    try:
        return Mark(text.lower())
    except ValueError as error:
        raise ValueError(f"A row cannot be “{text}”; use {', '.join(Mark)}.") from error
