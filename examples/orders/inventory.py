"""The inventory service: sets aside what is ordered, and puts it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.event_store import EventStore
from examples.orders.ledger import Ledger
from examples.orders.order_service import choreographed
from examples.orders.refusal import Refusal
from examples.orders.service import Participant

__all__ = ["InventoryService"]

Lines = Mapping[str, int]
"""Quantities by product id."""


class InventoryService(Participant):
    """`stock` is what lies on the shelves, `reservations` what was set aside, by order."""

    def __init__(self, stock: Lines, store: EventStore, event_bus: EventBus) -> None:
        super().__init__(event_bus, "inventory_service")
        self.stock = Counter(stock)
        self.reservations = Ledger[Lines](store.database, "reservations")

    async def open(self) -> None:
        """What an earlier process has set aside is no longer on the shelves."""
        await self.reservations.open()
        for lines in self.reservations.values():
            self.stock.subtract(lines)

    async def reserve(self, order: Mapping[str, Any], **fields: Any) -> None:
        """Set aside all items of an order, once, or none. Raises Refusal when there is too little of one.

        What is published says what the payment needs to know.
        """
        await self.work(9)
        order_id, lines = order["order_id"], Counter[str]()
        for item in order["items"]:
            lines[item["product_id"]] += item["quantity"]
        if order_id not in self.reservations:
            self._take(lines)
            await self.reservations.put(order_id, dict(lines))
        answer = {"order_id": order_id, "lines": dict(lines)}
        terms = {name: order[name] for name in ("total_amount", "payment")}
        await self.emit("inventory.reserved", answer | terms, **fields)

    async def release(self, order_id: str, reason: str, **fields: Any) -> None:
        """Compensation: what was set aside lies on the shelves again."""
        await self.work(6)
        await self._put_back(order_id)
        answer = {"order_id": order_id, "reason": reason}
        await self.emit("inventory.reservation.cancelled", answer, priority=EventPriority.HIGH, **fields)

    @EventHandler.on("order.created", filter=choreographed, subscription_name="inventory_reservation")
    async def on_order(self, event: Event) -> None:
        """An order begins with its stock."""
        order_id = event.payload["order_id"]
        await self.attempt(self.reserve(event.payload), order_id, "inventory.reservation.failed", self._put_back)

    @EventHandler.on(
        ["payment.failed", "payment.refunded"], filter=choreographed, subscription_name="inventory_release"
    )
    async def on_no_payment(self, event: Event) -> None:
        """No money, no goods."""
        await self.release(event.payload["order_id"], event.payload["reason"])

    @EventHandler.on("order.delivered", subscription_name="inventory_departure")
    async def on_delivery(self, event: Event) -> None:
        """Nothing comes back any more; what left is bought in again."""
        await self.work(3)
        await self._put_back(event.payload["order_id"])

    async def _put_back(self, order_id: str) -> None:
        self.stock.update(await self.reservations.strike(order_id) or {})

    def _take(self, lines: Lines) -> None:
        for product_id, quantity in lines.items():
            if self.stock[product_id] < quantity:
                raise Refusal(f"insufficient_stock of {product_id}: {self.stock[product_id]} left")
        self.stock.subtract(lines)
