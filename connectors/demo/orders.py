"""The order flow of seed 002: a saga by choreography, and one in five orders by an orchestrator.

Each service knows its own events and those it reacts to, nobody knows the whole. What a handler publishes
becomes a child of what it handles, so the trace grows by itself.
"""

from __future__ import annotations

from random import Random
from typing import Any

from connectors.demo.backoffice import Analytics, FraudCheck, Loyalty, Notifications, ReadModel
from connectors.demo.saga import OrderSaga, choreographed
from connectors.demo.shop import CARRIERS, METHODS, address, basket, customer, money
from connectors.demo.world import Service, World
from eventscope import Event, EventHandler, EventPriority

__all__ = ["run"]

EVENTS_EACH = 5.7
"""Events that one order publishes on average, with failures and abandoned carts; a test measures it."""

ORCHESTRATED = {"saga": "orchestration"}


class OrderService(Service):
    """Takes orders, and says what became of them."""

    async def take_order(self, number: int) -> None:
        """A customer orders; one in twelve fills a cart and leaves, which nobody listens to."""
        chance = self.world.dice("order", number)
        channel, (items, cents) = chance.choice(("web", "app")), basket(chance)
        payload: dict[str, Any] = {"customer": customer(chance), "items": items, "channel": channel}
        if chance.random() < 1 / 12:
            await self.say("cart.abandoned", payload, nth=number, priority=EventPriority.LOW)
            return
        payload |= {"order_id": f"ord-{number + 1:06}", "total": money(cents, channel), "currency": "EUR"}
        payload |= {"status": "pending", "shipping_address": address(chance)}
        led = ORCHESTRATED if chance.random() < 0.2 else {}
        await self.say("order.created", payload, nth=number, metadata=led | {"version": 1})

    @EventHandler.on("payment.processed", filter=choreographed)
    async def confirm(self, event: Event) -> None:
        """Paid: the order stands."""
        await self.world.work(self.chance(event), 4)
        await self.say("order.confirmed", about(event, status="paid"))

    @EventHandler.on(["inventory.reservation.failed", "inventory.reservation.cancelled"], filter=choreographed)
    async def cancel(self, event: Event) -> None:
        """Not in stock or not paid: the order is off."""
        await self.world.work(self.chance(event), 3)
        reason = event.payload.get("reason", "insufficient_stock")
        await self.say("order.cancelled", about(event, status="cancelled", reason=reason), priority=EventPriority.HIGH)


class InventoryService(Service):
    """Reserves what is ordered, and releases it when the payment fails."""

    @EventHandler.on("order.created", filter=choreographed)
    async def reserve(self, event: Event) -> None:
        """One order in fifteen asks for more than there is."""
        chance = self.chance(event)
        await self.world.work(chance, 9)
        short = chance.choice(event.payload["items"])
        if chance.random() < 1 / 15:
            refusal = {"reason": "insufficient_stock", "product_id": short["product_id"], "available": 0}
            await self.say("inventory.reservation.failed", about(event, **refusal), priority=EventPriority.HIGH)
            return
        await self.say("inventory.reserved", about(event, **reservation(chance, event), total=event.payload["total"]))

    @EventHandler.on("payment.failed", filter=choreographed)
    async def release(self, event: Event) -> None:
        """Compensation: the reservation is undone."""
        await self.world.work(self.chance(event), 6)
        await self.say("inventory.reservation.cancelled", about(event, reason=event.payload["reason"]))


class PaymentService(Service):
    """Charges the customer. The gateway answers in tens of milliseconds, mostly."""

    @EventHandler.on("inventory.reserved", filter=choreographed)
    async def charge(self, event: Event) -> None:
        """One payment in ten is declined."""
        chance = self.chance(event)
        await self.world.work(chance, 22, spread=0.5)
        if chance.random() < 1 / 10:
            reason = chance.choice(("card_declined", "insufficient_funds", "3ds_timeout"))
            await self.say("payment.failed", about(event, reason=reason), priority=EventPriority.HIGH)
            return
        await self.say("payment.processed", about(event, **payment(chance, event.payload["total"])))


class ShippingService(Service):
    """Hands parcels to a carrier and follows them to the door."""

    @EventHandler.on("order.confirmed", filter=choreographed)
    async def create_shipment(self, event: Event) -> None:
        """A label is printed."""
        chance = self.chance(event)
        await self.world.work(chance, 10)
        await self.say("shipping.created", about(event, **label(chance)))

    @EventHandler.on("shipping.created", filter=choreographed)
    async def ship(self, event: Event) -> None:
        """The carrier took the parcel."""
        await self.world.work(self.chance(event), 24)
        parcel = about(event, tracking_number=event.payload["tracking_number"], status="shipped")
        await self.say("order.shipped", parcel, priority=EventPriority.LOW)

    @EventHandler.on("order.shipped", filter=choreographed)
    async def deliver(self, event: Event) -> None:
        """At the door, after what is a day elsewhere."""
        await self.world.work(self.chance(event), 110)
        await self.say("order.delivered", about(event, status="delivered"), priority=EventPriority.LOW)


def about(event: Event, **more: Any) -> dict[str, Any]:
    """A payload about the same order."""
    return {"order_id": event.payload["order_id"], **more}


def reservation(chance: Random, event: Event) -> dict[str, Any]:
    """What a warehouse put aside."""
    lines = {item["product_id"]: item["quantity"] for item in event.payload["items"]}
    return {"reservation_id": f"res-{chance.getrandbits(24):06x}", "warehouse": chance.choice("ABC"), "lines": lines}


def payment(chance: Random, total: str | float) -> dict[str, Any]:
    """What the gateway answered."""
    return {"payment_id": f"pay-{chance.getrandbits(32):08x}", "method": chance.choice(METHODS), "amount": total}


def label(chance: Random) -> dict[str, Any]:
    """What stands on a parcel."""
    weight = round(chance.uniform(0.2, 9.0), 2)
    return {
        "carrier": chance.choice(CARRIERS),
        "tracking_number": f"T{chance.randrange(10**11):011}",
        "weight_kg": weight,
    }


async def run(world: World) -> None:
    """Open the shop and take orders until the world ends."""
    shop = OrderService(world, "order_service")
    world.open(
        shop,
        InventoryService(world, "inventory_service"),
        PaymentService(world, "payment_service"),
        ShippingService(world, "shipping_service"),
        OrderSaga(world, "order_saga"),
        Notifications(world, "notification_service"),
        Analytics(world, "analytics_service"),
        ReadModel(world, "read_model"),
        FraudCheck(world, "fraud_service"),
        Loyalty(world, "loyalty_service"),
    )
    async for number in world.arrivals(EVENTS_EACH):
        await shop.take_order(number)
