"""The shop put together: the event store, who writes to it, who reads from it, and the services around."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from eventscope import EventBus
from examples.database import TEMPORARY
from examples.example import System
from examples.orders.backoffice import Analytics, AuditTrail, FraudCheck, Loyalty, Notifications, Storefront
from examples.orders.catalogue import STOCK
from examples.orders.event_store import EventStore
from examples.orders.inventory import InventoryService
from examples.orders.order_service import OrderService
from examples.orders.outbox import Outbox
from examples.orders.payment import PaymentService
from examples.orders.queries import OrderQueries
from examples.orders.read_model import ReadModel
from examples.orders.recovery import Recovery
from examples.orders.saga import OrderSagaOrchestrator
from examples.orders.shipping import ShippingService

__all__ = ["Outlet", "Shop"]


class Outlet(Protocol):
    """Somewhere else that the history goes to."""

    async def start(self) -> None:
        """Connect."""

    async def stop(self) -> None:
        """Let go."""


class Shop(System):
    """All components on one bus; the history lies in a temporary file unless there is a path or a URL for it."""

    def __init__(self, event_bus: EventBus, place: str | Path = TEMPORARY, stock: Mapping[str, int] = STOCK) -> None:
        self.event_bus = event_bus
        self.store = EventStore(place)
        self.outbox = Outbox(self.store, "bus", lambda stored: event_bus.publish(stored.event))
        self.orders = OrderService(self.store, self.outbox, event_bus)
        self.inventory = InventoryService(stock, self.store, event_bus)
        self.payments = PaymentService(self.store, event_bus)
        self.shipping = ShippingService(self.store, event_bus)
        services = (self.orders, self.inventory, self.payments, self.shipping)
        self.saga = OrderSagaOrchestrator(*services, self.store, event_bus)
        self.read_model = ReadModel(self.store, event_bus)
        self.queries = OrderQueries(self.read_model.database)
        self.storefront = Storefront(event_bus)
        self.notifications = Notifications(event_bus)
        self.outlets: list[Outlet] = []
        backoffice = (Analytics(event_bus), AuditTrail(event_bus), FraudCheck(event_bus), Loyalty(event_bus))
        self.recovery = Recovery(self, event_bus)
        mine = (self.saga, self.read_model, self.storefront, self.notifications, self.recovery)
        self.components: tuple[object, ...] = (*services, *mine, *backoffice)

    def add(self, outlet: Outlet) -> None:
        """Publish the history somewhere else as well; before it is started."""
        self.outlets.append(outlet)
        self.components = (*self.components, outlet)

    async def start(self) -> None:
        """Read what an earlier run has stored. Raises OSError for a place where nothing can be stored."""
        await self.inventory.open()
        for ledger in (self.payments.charges, self.shipping.parcels, self.shipping.countries, self.saga.log):
            await ledger.open()
        await self.recovery.look()
        for outlet in self.outlets:
            await outlet.start()

    async def recover(self) -> int:
        """Go on with what an earlier run has begun; returns how many orders that were."""
        return await self.recovery.run()

    async def stop(self) -> None:
        """Let go of the outlets, and close the tables."""
        for outlet in self.outlets:
            await outlet.stop()
        await self.store.close()
        await self.read_model.database.close()
