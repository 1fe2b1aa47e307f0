"""A component: an emitter that does not know whether it serves users or plays in a scenario."""

from __future__ import annotations

import asyncio
import time
from enum import Enum
from typing import Any

from eventscope import Event, EventBus, EventEmitter

__all__ = ["Component", "Surroundings"]


class Surroundings:
    """Where a component works: here its own process, at the speed of its machine."""

    def id_for(self, source: str, type_: str) -> str | None:
        """The id of the next event of `source`; None lets the client make one."""
        return None

    def now(self) -> float:
        """Seconds of a clock that only runs forward."""
        return time.monotonic()

    async def wait_until(self, moment: float) -> None:
        """Return when `now` is `moment`."""
        await asyncio.sleep(max(0.0, moment - self.now()))

    async def work(self, source: str, typical_ms: float, spread: float) -> None:
        """Take the time that something takes which is not there, such as a remote store."""


class Component(EventEmitter):
    """A base for what the examples are made of. A scenario puts its own `surroundings` here."""

    surroundings = Surroundings()

    def __init__(self, event_bus: EventBus, source_id: str) -> None:
        super().__init__(event_bus, source_id=source_id)

    async def work(self, typical_ms: float, *, spread: float = 0.4) -> None:
        """Take about `typical_ms` milliseconds in a scenario, nothing elsewhere; for what is not there.

        A larger `spread` makes slow outliers likelier. A handler does this first, then it publishes.
        """
        await self.surroundings.work(self.source_id, typical_ms, spread)

    def _event(self, type_: str | Enum, payload: Any, fields: dict[str, Any]) -> Event:
        fields.setdefault("id", self.surroundings.id_for(self.source_id, str(type_)))
        return super()._event(type_, payload, fields)
