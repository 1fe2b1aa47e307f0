"""The facts in the history of an order, and the values that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

__all__ = ["ORDER_FACTS", "Address", "OrderItem", "OrderStatus", "Payment", "PaymentMethod"]


class OrderStatus(StrEnum):
    """How far an order is."""

    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class PaymentMethod(StrEnum):
    """How it is paid."""

    CREDIT_CARD = "credit_card"
    PAYPAL = "paypal"
    BANK_TRANSFER = "bank_transfer"
    CRYPTO = "crypto"


@dataclass(frozen=True)
class OrderItem:
    """A line of an order."""

    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal

    @property
    def total_price(self) -> Decimal:
        """What the line costs."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Address:
    """Where a parcel goes; `country` is its code of two letters."""

    street: str
    city: str
    state: str
    zip_code: str
    country: str


@dataclass(frozen=True)
class Payment:
    """What the customer wants to pay with; `account` is what the gateway knows it by."""

    method: PaymentMethod
    account: str


@dataclass(frozen=True)
class OrderCreated:
    """A customer has ordered."""

    customer_id: str
    items: tuple[OrderItem, ...]
    total_amount: Decimal
    currency: str
    shipping_address: Address
    payment: Payment


@dataclass(frozen=True)
class OrderItemAdded:
    """One more line."""

    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class OrderItemRemoved:
    """A line less, or less of it."""

    product_id: str
    quantity: int


@dataclass(frozen=True)
class OrderAddressChanged:
    """The parcel goes elsewhere."""

    new_address: Address


@dataclass(frozen=True)
class OrderPaid:
    """The whole amount was paid."""

    payment_id: str
    payment_method: PaymentMethod
    amount: Decimal


@dataclass(frozen=True)
class OrderShipped:
    """A carrier has the parcel."""

    tracking_number: str
    carrier: str


@dataclass(frozen=True)
class OrderDelivered:
    """The parcel is at the door."""


@dataclass(frozen=True)
class OrderCancelled:
    """The order is off."""

    reason: str


ORDER_FACTS: Final[Mapping[str, type[Any]]] = {
    "order.created": OrderCreated,
    "order.item_added": OrderItemAdded,
    "order.item_removed": OrderItemRemoved,
    "order.address_changed": OrderAddressChanged,
    "order.paid": OrderPaid,
    "order.shipped": OrderShipped,
    "order.delivered": OrderDelivered,
    "order.cancelled": OrderCancelled,
}
