"""Who looks on: the board of the site with its figures, and an archive that waits in vain."""

from __future__ import annotations

from collections import Counter

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.component import Component
from examples.defects.defects import DefectsService
from examples.defects.outbox import Outbox

__all__ = ["Archive", "Dashboard"]


class Dashboard(Component):
    """Counts events by type. Emits `site.figures`, of category `metrics`."""

    def __init__(self, defects: DefectsService, outbox: Outbox, outlets: tuple[str, ...], event_bus: EventBus) -> None:
        super().__init__(event_bus, "dashboard")
        self.defects = defects
        self.outbox = outbox
        self.outlets = outlets
        self.counts = Counter[str]()

    @EventHandler.on(categories=["project", "defect"], subscription_name="site_dashboard")
    async def count(self, event: Event) -> None:
        """One more on the board."""
        await self.work(4)
        self.counts[event.type] += 1

    async def figures(self) -> dict[str, int]:
        """How many defects are open, and how many events each broker has still to take."""
        waiting = {f"waiting_for_{outlet}": await self.outbox.waiting(outlet) for outlet in self.outlets}
        return {"open_defects": await self.defects.count_open(), **waiting}

    async def report(self) -> None:
        """Publish the figures as they are now."""
        gauges = {"gauges": await self.figures()}
        await self.emit("site.figures", gauges, category="metrics", priority=EventPriority.LOW)


class Archive(Component):
    """Waits for `project.archived`, which no service publishes: a dead subscription."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "archive")

    @EventHandler.on("project.archived", subscription_name="archive")
    async def store(self, event: Event) -> None:
        """Never called."""
        await self.work(20)
