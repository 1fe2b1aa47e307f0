"""The self: what life changes about itself, shared by the tick loop and the processor's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

__all__ = ["SelfState", "ThreadSafeSelfState"]

REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class SelfState:
    """How life is at one moment; it never changes, a change makes a new one with the next `version`.

    `energy` is from 0 to 100, `stability` from 0 to 1; `memory` holds traces of what was significant.
    """

    energy: float = 100.0
    stability: float = 1.0
    ticks: int = 0
    answered: int = 0
    memory: tuple[tuple[float, ...], ...] = ()
    version: int = 0

    def changed(self, *, energy: float = 0.0, stability: float = 0.0, **more: Any) -> SelfState:
        """The state with differences added, within bounds, and other fields set."""
        return replace(
            self,
            energy=min(100.0, max(0.0, self.energy + energy)),
            stability=min(1.0, max(0.0, self.stability + stability)),
            **more,
        )

    def remembering(self, trace: tuple[float, ...]) -> SelfState:
        """The state with one more trace in memory; the oldest is forgotten."""
        return replace(self, memory=(*self.memory[1 - REMEMBERED :], trace))

    def summary(self) -> dict[str, Any]:
        """What is shown of it, without its memory."""
        shown = asdict(self)
        return shown | {"memory": len(self.memory), "energy": round(self.energy, 3)}


class ThreadSafeSelfState:
    """The present state. Whoever reads gets a whole state, without waiting; writers take turns."""

    def __init__(self, state: SelfState | None = None) -> None:
        self._state = state or SelfState()
        self._turn = threading.Lock()
        self.contended = 0
        """How often a writer had to wait for another."""

    def snapshot(self) -> SelfState:
        """The state as it is now; it stays so for whoever holds it."""
        return self._state

    def update(self, change: Callable[[SelfState], SelfState]) -> SelfState:
        """Replace the state by what `change` makes of it, and return that. If it raises nothing changes.

        `change` must not call `update`.
        """
        if not self._turn.acquire(blocking=False):
            self._turn.acquire()
            self.contended += 1
        try:
            new = change(self._state)
            self._state = replace(new, version=self._state.version + 1)
            return self._state
        finally:
            self._turn.release()
