"""The site put together: both services over one database, the outbox, and who listens on the bus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from eventscope import Event, EventBus
from examples.database import Database
from examples.defects.courier import Courier
from examples.defects.dashboard import Archive, Dashboard
from examples.defects.defects import DefectsService
from examples.defects.email_consumer import EmailConsumer
from examples.defects.outbox import Outbox, Outlet
from examples.defects.projects import ProjectsService
from examples.defects.tables import SCHEMA
from examples.defects.workflow import SiteEngineer
from examples.example import System

__all__ = ["BUS", "Site"]

BUS: Final = "bus"
"""The name of the outlet that is always there."""


class BusOutlet:
    """The bus as an outlet: it is here, so that whoever changes something brings the events itself."""

    def __init__(self, event_bus: EventBus) -> None:
        self._event_bus = event_bus

    async def publish(self, event: Event) -> None:
        """Publish an event."""
        await self._event_bus.publish(event)

    async def close(self) -> None:
        """Nothing to let go of."""


class Site(System):
    """All components on one bus, over tables in memory unless there is a path; `brokers` are outlets by name."""

    def __init__(
        self, event_bus: EventBus, path: str | Path = ":memory:", brokers: Mapping[str, Outlet] | None = None
    ) -> None:
        self.event_bus = event_bus
        self._brokers = dict(brokers or {})
        self._database = Database(path, SCHEMA)
        self.outbox = Outbox(self._database, {BUS: BusOutlet(event_bus), **self._brokers})
        self._couriers = [Courier(self.outbox, name) for name in self._brokers]
        self._running: list[asyncio.Task[None]] = []
        shared = self._database, self.outbox, self.send_out, event_bus
        self.projects = ProjectsService(*shared, "service_projects")
        self.defects = DefectsService(*shared, "service_defects")
        self.engineer = SiteEngineer(self.defects, event_bus)
        self.email = EmailConsumer(event_bus)
        self.dashboard = Dashboard(self.defects, self.outbox, tuple(self._brokers), event_bus)
        self.components = (
            *(self.projects, self.defects, self.engineer, self.email, self.dashboard),
            Archive(event_bus),
        )

    async def start(self) -> None:
        """Let the couriers run; they begin with what an earlier run left."""
        loop = asyncio.get_running_loop()
        self._running = [loop.create_task(courier.run(), name="courier") for courier in self._couriers]

    async def send_out(self) -> None:
        """Publish on the bus what is in the outbox, and have the rest brought. Raises what the bus raises."""
        for courier in self._couriers:
            courier.wake()
        await self.outbox.drain(BUS)

    async def stop(self) -> None:
        """End the couriers and close the tables; what has not been brought is brought by the next run."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for broker in self._brokers.values():
            await broker.close()
        await self._database.close()
