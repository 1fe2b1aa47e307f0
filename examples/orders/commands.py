"""What can be asked of an order, as plain values: the write side of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from examples.orders.order import Order
from examples.orders.order_events import Address, OrderItem, Payment, PaymentMethod

__all__ = [
    "AddOrderItem",
    "CancelOrder",
    "ChangeOrderAddress",
    "Command",
    "CreateOrder",
    "DeliverOrder",
    "PayOrder",
    "RemoveOrderItem",
    "ShipOrder",
]


class Command(Protocol):
    """Something that is asked of one order."""

    @property
    def order_id(self) -> str:
        """Of which order."""

    def __call__(self, order: Order) -> None:
        """Do it. Raises RuleBroken if the order does not allow it."""


@dataclass(frozen=True)
class CreateOrder:
    """Place an order."""

    order_id: str
    customer_id: str
    items: tuple[OrderItem, ...]
    shipping_address: Address
    payment: Payment

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.create(self.customer_id, self.items, self.shipping_address, self.payment)


@dataclass(frozen=True)
class AddOrderItem:
    """Add a line."""

    order_id: str
    item: OrderItem

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.add_item(self.item)


@dataclass(frozen=True)
class RemoveOrderItem:
    """Remove a line, or some of it."""

    order_id: str
    product_id: str
    quantity: int

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.remove_item(self.product_id, self.quantity)


@dataclass(frozen=True)
class ChangeOrderAddress:
    """Send it elsewhere."""

    order_id: str
    new_address: Address

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.change_address(self.new_address)


@dataclass(frozen=True)
class PayOrder:
    """It was paid."""

    order_id: str
    payment_id: str
    payment_method: PaymentMethod
    amount: Decimal

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.pay(self.payment_id, self.payment_method, self.amount)


@dataclass(frozen=True)
class ShipOrder:
    """A carrier has it."""

    order_id: str
    tracking_number: str
    carrier: str

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.ship(self.tracking_number, self.carrier)


@dataclass(frozen=True)
class DeliverOrder:
    """It is at the door."""

    order_id: str

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.deliver()


@dataclass(frozen=True)
class CancelOrder:
    """Call it off."""

    order_id: str
    reason: str

    def __call__(self, order: Order) -> None:
        """Raises RuleBroken."""
        order.cancel(self.reason)
