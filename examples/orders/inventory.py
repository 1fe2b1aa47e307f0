"""The inventory service: sets aside what is ordered, and puts it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.order_service import choreographed
from examples.orders.refusal import Refusal
from examples.orders.service import Participant

__all__ = ["InventoryService"]

Lines = Mapping[str, int]
"""Quantities by product id."""


class InventoryService(Participant):
    """`stock` is what lies on the shelves, `reservations` what was set aside, by order."""

    def __init__(self, stock: Lines, event_bus: EventBus) -> None:
        super().__init__(event_bus, "inventory_service")
        self.stock = Counter(stock)
        self.reservations: dict[str, Lines] = {}

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
            self.reservations[order_id] = lines
        answer = {"order_id": order_id, "lines": dict(lines)}
        terms = {name: order[name] for name in ("total_amount", "payment")}
        await self.emit("inventory.reserved", answer | terms, **fields)

    async def release(self, order_id: str, reason: str, **fields: Any) -> None:
        """Compensation: what was set aside lies on the shelves again."""
        await self.work(6)
        self.stock.update(self.reservations.pop(order_id, {}))
        answer = {"order_id": order_id, "reason": reason}
        await self.emit("inventory.reservation.cancelled", answer, priority=EventPriority.HIGH, **fields)

    @EventHandler.on("order.created", filter=choreographed, subscription_name="inventory_reservation")
    async def on_order(self, event: Event) -> None:
        """An order begins with its stock."""
        try:
            await self.reserve(event.payload)
        except Refusal as refusal:
            answer = {"order_id": event.payload["order_id"], "reason": str(refusal)}
            await self.emit("inventory.reservation.failed", answer, priority=EventPriority.HIGH)

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
        self.stock.update(self.reservations.pop(event.payload["order_id"], {}))

    def _take(self, lines: Lines) -> None:
        for product_id, quantity in lines.items():
            if self.stock[product_id] < quantity:
                raise Refusal(f"insufficient_stock of {product_id}: {self.stock[product_id]} left")
        self.stock.subtract(lines)
