"""The work on site: who takes a defect from one status to the next, because an event said that it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from eventscope import Event, EventBus, EventHandler
from examples.component import Component
from examples.defects.defects import CLOSED, NEXT, DefectsService

__all__ = ["SiteEngineer"]

ENGINEER: Final = 7
"""The user id under which the engineer works."""


class SiteEngineer(Component):
    """Moves defects on, and deletes those that are closed; `takes_up` says which."""

    def __init__(self, defects: DefectsService, event_bus: EventBus) -> None:
        super().__init__(event_bus, "site_engineer")
        self.defects = defects
        self.takes_up: Callable[[Event], bool] = lambda event: True

    @EventHandler.on(["defect.created", "defect.status_changed"], subscription_name="defect_workflow")
    async def move_on(self, event: Event) -> None:
        """One step on: new, in work, solved, closed, deleted."""
        await self.work(20, spread=0.5)
        if not self.takes_up(event):
            return
        defect_id, status = event.payload["defect_id"], event.payload.get("new_status") or event.payload["status"]
        if status == CLOSED:
            await self.defects.delete(ENGINEER, defect_id)
        else:
            known = asdict(await self.defects.get(defect_id))
            fields = {name: known[name] for name in ("title", "priority", "description")}
            await self.defects.update(ENGINEER, defect_id, status=NEXT[status][0], **fields)
