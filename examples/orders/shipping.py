"""The shipping service: has a carrier fetch what is paid, and calls parcels back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.event_store import EventStore
from examples.orders.ledger import Ledger
from examples.orders.order_service import choreographed
from examples.orders.refusal import Refusal
from examples.orders.service import Participant

__all__ = ["CARRIERS", "ShippingService"]

CARRIERS: Final[Mapping[str, str]] = {
    "DE": "DHL",
    "FR": "La Poste",
    "HK": "GLS",
    "IE": "GLS",
    "PT": "GLS",
    "RU": "Почта России",
    "SE": "PostNord",
}
"""Who delivers, by country; nobody goes anywhere else."""


class ShippingService(Participant):
    """`parcels` is what is on its way or waits for its carrier, by order; `countries` is where orders go."""

    def __init__(self, store: EventStore, event_bus: EventBus) -> None:
        super().__init__(event_bus, "shipping_service")
        self.parcels = Ledger[dict[str, str]](store.database, "parcels")
        self.countries = Ledger[str](store.database, "countries")

    @EventHandler.on(["order.created", "order.address_changed"], subscription_name="shipping_address")
    async def on_address(self, event: Event) -> None:
        """Note where an order goes."""
        address = event.payload.get("new_address") or event.payload["shipping_address"]
        await self.countries.put(event.payload["order_id"], address["country"])

    @EventHandler.on("order.paid", filter=choreographed, subscription_name="shipping_label")
    async def on_paid(self, event: Event) -> None:
        """Paid: print a label."""
        order_id = event.payload["order_id"]
        parcel = self.create(order_id, self.countries.get(order_id, ""))
        await self.attempt(parcel, order_id, "shipping.failed", self.parcels.strike)

    @EventHandler.on(
        ["order.shipment_rejected", "order.delivery_rejected"],
        filter=choreographed,
        subscription_name="shipping_recall",
    )
    async def on_no_order(self, event: Event) -> None:
        """The order is off: the parcel comes back."""
        await self.cancel(event.payload["order_id"], event.payload["reason"])

    @EventHandler.on(["order.delivered", "order.cancelled"], subscription_name="shipping_archive")
    async def on_end(self, event: Event) -> None:
        """The order is over; a parcel that is on its way is still called back."""
        await self.work(3)
        await self.countries.strike(event.payload["order_id"])
        if event.type == "order.delivered":
            await self.parcels.strike(event.payload["order_id"])

    async def create(self, order_id: str, country: str, **fields: Any) -> dict[str, str]:
        """Have a parcel fetched, and say by whom. Raises Refusal when no carrier goes to that country."""
        await self.work(10)
        if country not in CARRIERS:
            raise Refusal(f"no carrier delivers to {country or 'nowhere'}")
        parcel = {"carrier": CARRIERS[country], "tracking_number": f"T{crc32(order_id.encode()):010}"}
        await self.parcels.put(order_id, parcel)
        await self.emit("shipping.created", {"order_id": order_id, **parcel}, **fields)
        return parcel

    async def cancel(self, order_id: str, reason: str, **fields: Any) -> None:
        """Compensation: nothing is sent, or it comes back."""
        await self.work(8)
        await self.parcels.strike(order_id)
        answer = {"order_id": order_id, "reason": reason}
        await self.emit("shipping.cancelled", answer, priority=EventPriority.HIGH, **fields)
