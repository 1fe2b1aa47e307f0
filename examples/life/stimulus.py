"""The kinds of events that life meets, how urgent each is, and how soon it wants an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from eventscope import EventPriority

__all__ = ["KINDS", "Kind", "Stimulus"]


class Kind(NamedTuple):
    """Its priority, its budget in milliseconds from stimulus to answer, and the usual cost of perceiving it."""

    priority: EventPriority
    budget_ms: float
    perceive_ms: float


KINDS: Final = {
    "shock": Kind(EventPriority.CRITICAL, 10, 4.0),
    "decay": Kind(EventPriority.CRITICAL, 10, 3.0),
    "noise": Kind(EventPriority.HIGH, 10, 3.0),
    "recovery": Kind(EventPriority.HIGH, 50, 9.0),
    "idle": Kind(EventPriority.NORMAL, 50, 9.0),
    "memory_echo": Kind(EventPriority.NORMAL, 200, 16.0),
    "internal": Kind(EventPriority.LOW, 200, 40.0),
    "social": Kind(EventPriority.LOW, 200, 60.0),
}


@dataclass(frozen=True, slots=True)
class Stimulus:
    """One event to answer. `intensity` is from 0 to 1; anything else is noise in the sensors, and fails."""

    kind: str
    intensity: float
    id: str = ""

    @property
    def priority(self) -> EventPriority:
        """How urgent it is."""
        return KINDS[self.kind].priority

    @property
    def budget_s(self) -> float:
        """Seconds in which it wants to be answered."""
        return KINDS[self.kind].budget_ms / 1000
