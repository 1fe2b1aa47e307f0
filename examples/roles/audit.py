"""The audit trail: who was allowed what, and who changed it."""

from __future__ import annotations

from collections import deque

from eventscope import Event, EventBus, EventHandler
from examples.component import Component

__all__ = ["AuditTrail"]


class AuditTrail(Component):
    """Keeps the latest thousand lines."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "audit")
        self.lines: deque[str] = deque(maxlen=1_000)

    @EventHandler.on(["role.set", "role.admin_*", "access.*"], subscription_name="audit_trail")
    async def note(self, event: Event) -> None:
        """One line in the log."""
        await self.work(6)
        self.lines.append(f"{event.type} {event.payload}")
