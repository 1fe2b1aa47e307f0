"""What became of a stimulus: the event, its meaning, the decision, the action, and how long that took."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from examples.life.stages import Action, Decision, Meaning
from examples.life.stimulus import Stimulus

__all__ = ["EventProcessingResult", "Status"]


class Status(StrEnum):
    """How the processing ended."""

    ANSWERED = "answered"
    FAILED = "failed"
    SHED = "shed"


@dataclass(frozen=True, slots=True)
class EventProcessingResult:
    """Immutable, so that any thread may have it. Milliseconds are from submission to start, and from there on."""

    stimulus: Stimulus
    status: Status
    meaning: Meaning | None = None
    decision: Decision | None = None
    action: Action | None = None
    attempts: int = 1
    waited_ms: float = 0.0
    worked_ms: float = 0.0
    error: str | None = None

    @property
    def in_time(self) -> bool:
        """Whether it was answered within the budget of its kind."""
        return self.status is Status.ANSWERED and self.waited_ms + self.worked_ms <= self.stimulus.budget_s * 1000

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self) | {"status": str(self.status), "in_time": self.in_time}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The result that `to_dict` was called on. Raises KeyError, TypeError or ValueError for anything else."""
        given = {name: value for name, value in data.items() if name != "in_time"}
        parts = {"meaning": Meaning, "decision": Decision, "action": Action}
        made = {name: kind(**given[name]) for name, kind in parts.items() if given.get(name) is not None}
        status = Status(given["status"])
        return cls(**given | made | {"stimulus": Stimulus(**given["stimulus"]), "status": status})
