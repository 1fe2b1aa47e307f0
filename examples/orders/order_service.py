"""The order service: carries out commands, and takes its part in the saga that nobody leads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.commands import CancelOrder, Command, DeliverOrder, PayOrder, ShipOrder
from examples.orders.event_store import EventStore
from examples.orders.order import Order
from examples.orders.order_events import PaymentMethod
from examples.orders.outbox import Outbox
from examples.orders.service import AggregateService

__all__ = ["OrderService", "choreographed"]


def choreographed(event: Event) -> bool:
    """Whether the services lead the order of an event themselves."""
    return event.metadata.get("saga") != "orchestration"


class OrderService(AggregateService[Order]):
    """Knows what an order may do, and hears what became of its stock, its payment and its parcel."""

    def __init__(self, store: EventStore, outbox: Outbox, event_bus: EventBus) -> None:
        super().__init__(Order, store, outbox, event_bus, "order_service")

    async def handle(self, command: Command, **fields: Any) -> Order:
        """Carry out a command. Raises RuleBroken, or VersionConflict."""
        return await self.execute(command.order_id, command, **fields)

    async def cancel(self, order_id: str, reason: str, **fields: Any) -> None:
        """Call an order off, unless it is off already."""
        await self.handle(CancelOrder(order_id, reason), priority=EventPriority.HIGH, **fields)

    @EventHandler.on("payment.processed", filter=choreographed, subscription_name="order_payment")
    async def pay(self, event: Event) -> None:
        """The money is there. If the order is not what it was, the money has to go back."""
        await self.work(4)
        paid = event.payload
        method, amount = PaymentMethod(paid["method"]), Decimal(paid["amount"])
        command = PayOrder(paid["order_id"], paid["payment_id"], method, amount)
        await self.attempt(self.handle(command), command.order_id, "order.payment_rejected")

    @EventHandler.on("shipping.created", filter=choreographed, subscription_name="order_shipment")
    async def ship(self, event: Event) -> None:
        """A parcel is ready."""
        await self.work(24)
        parcel = event.payload
        command = ShipOrder(parcel["order_id"], parcel["tracking_number"], parcel["carrier"])
        await self.attempt(self.handle(command), command.order_id, "order.shipment_rejected")

    @EventHandler.on("order.shipped", subscription_name="order_delivery")
    async def deliver(self, event: Event) -> None:
        """At the door, after what is a day elsewhere."""
        await self.work(110)
        command = DeliverOrder(event.payload["order_id"])
        delivery = self.handle(command, priority=EventPriority.LOW)
        await self.attempt(delivery, command.order_id, "order.delivery_rejected")

    @EventHandler.on(
        ["inventory.reservation.failed", "inventory.reservation.cancelled"],
        filter=choreographed,
        subscription_name="order_cancellation",
    )
    async def call_off(self, event: Event) -> None:
        """Not in stock, or compensated: the order is off."""
        await self.work(3)
        await self.cancel(event.payload["order_id"], event.payload["reason"])
