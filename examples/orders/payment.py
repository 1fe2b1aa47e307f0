"""The payment service: charges customers through a gateway, and gives money back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.event_store import EventStore
from examples.orders.ledger import Ledger
from examples.orders.order_service import choreographed
from examples.orders.refusal import Refusal
from examples.orders.service import Participant

__all__ = ["REFUSED", "PaymentService"]

REFUSED: Final[Mapping[str, str]] = {
    "acct-declined": "card_declined",
    "acct-empty": "insufficient_funds",
    "acct-asleep": "3ds_timeout",
}
"""Accounts that the gateway has for tests, and why it refuses them."""


class PaymentService(Participant):
    """`charges` is what customers have paid and not got back, by order."""

    def __init__(self, store: EventStore, event_bus: EventBus) -> None:
        super().__init__(event_bus, "payment_service")
        self.charges = Ledger[dict[str, str]](store.database, "charges")

    @EventHandler.on("inventory.reserved", filter=choreographed, subscription_name="payment_charge")
    async def on_reserved(self, event: Event) -> None:
        """The goods are there: charge for them."""
        order_id = event.payload["order_id"]
        await self.attempt(self.charge(event.payload), order_id, "payment.failed", self.charges.strike)

    @EventHandler.on(
        ["order.payment_rejected", "shipping.failed", "shipping.cancelled"],
        filter=choreographed,
        subscription_name="payment_refund",
    )
    async def on_no_order(self, event: Event) -> None:
        """The order cannot be fulfilled: the money goes back."""
        await self.refund(event.payload["order_id"], event.payload["reason"])

    @EventHandler.on("order.delivered", subscription_name="payment_books")
    async def on_delivery(self, event: Event) -> None:
        """Nothing is paid back any more."""
        await self.work(3)
        await self.charges.strike(event.payload["order_id"])

    async def charge(self, order: Mapping[str, Any], **fields: Any) -> dict[str, str]:
        """Charge what an order costs, and say how it was paid. Raises Refusal when the gateway declines.

        `order` has an order's id, its amount and its payment. The gateway answers in tens of milliseconds, mostly.
        """
        await self.work(22, spread=0.5)
        order_id, payment = order["order_id"], order["payment"]
        if reason := REFUSED.get(payment["account"]):
            raise Refusal(reason)
        paid = {"payment_id": f"pay-{order_id}", "method": payment["method"], "amount": order["total_amount"]}
        await self.charges.put(order_id, paid)
        await self.emit("payment.processed", {"order_id": order_id, **paid}, **fields)
        return paid

    async def refund(self, order_id: str, reason: str, **fields: Any) -> None:
        """Compensation: the customer has the money back."""
        await self.work(8)
        paid = await self.charges.strike(order_id) or {}
        answer = {"order_id": order_id, "amount": paid.get("amount", "0.00"), "reason": reason}
        await self.emit("payment.refunded", answer, priority=EventPriority.HIGH, **fields)
