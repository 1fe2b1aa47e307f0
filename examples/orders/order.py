"""The order: its state, and the rules of what may happen to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar, Final

from examples.orders import order_events as facts
from examples.orders.aggregate import Aggregate, demand
from examples.orders.order_events import ORDER_FACTS, Address, OrderItem, OrderStatus, Payment, PaymentMethod

__all__ = ["CURRENCY", "Order", "OrderState"]

CURRENCY: Final = "EUR"


@dataclass(frozen=True)
class OrderState:
    """What follows from the history of an order."""

    customer_id: str = ""
    items: tuple[OrderItem, ...] = ()
    status: OrderStatus = OrderStatus.PENDING
    total_amount: Decimal = Decimal("0.00")
    shipping_address: Address | None = None
    payment: Payment | None = None
    payment_id: str = ""
    tracking_number: str = ""


class Order(Aggregate[OrderState]):
    """One order. Each method raises RuleBroken with a sentence; a command that is repeated changes nothing."""

    id_name = "order_id"
    FACTS = ORDER_FACTS
    State: ClassVar = OrderState

    def create(self, customer_id: str, items: Sequence[OrderItem], address: Address, payment: Payment) -> None:
        """Place it."""
        demand(self.version == 0, f"order {self.id} is already there")
        demand(items, "an order needs at least one item")
        for item in items:
            demand_item(item)
        demand(address.street.strip() and address.city.strip(), "an address needs a street and a city")
        total = sum((item.total_price for item in items), Decimal("0.00"))
        self.record(facts.OrderCreated(customer_id, tuple(items), total, CURRENCY, address, payment))

    def add_item(self, item: OrderItem) -> None:
        """One more line."""
        self._demand_status("items can be added", OrderStatus.PENDING)
        demand_item(item)
        self.record(facts.OrderItemAdded(item.product_id, item.product_name, item.quantity, item.unit_price))

    def remove_item(self, product_id: str, quantity: int) -> None:
        """Less of a line; the last line cannot go."""
        self._demand_status("items can be removed", OrderStatus.PENDING)
        line = next((item for item in self.state.items if item.product_id == product_id), None)
        if line is None:
            return demand(False, f"product {product_id} is not in the order")
        demand(quantity > 0, "a quantity is 1 or more")
        demand(quantity <= line.quantity, f"{quantity} cannot be removed: there are {line.quantity} in the order")
        demand(len(self.state.items) > 1 or quantity < line.quantity, "an order without items has to be cancelled")
        self.record(facts.OrderItemRemoved(product_id, quantity))

    def change_address(self, new_address: Address) -> None:
        """Send it elsewhere, as long as no carrier has it."""
        self._demand_status("the address can be changed", OrderStatus.PENDING, OrderStatus.PAID)
        demand(new_address.street.strip() and new_address.city.strip(), "an address needs a street and a city")
        if new_address != self.state.shipping_address:
            self.record(facts.OrderAddressChanged(new_address))

    def pay(self, payment_id: str, method: PaymentMethod, amount: Decimal) -> None:
        """Take the payment of the whole amount."""
        if self.state.payment_id == payment_id and self.state.status is not OrderStatus.CANCELLED:
            return
        self._demand_status("an order can be paid", OrderStatus.PENDING)
        total = self.state.total_amount
        demand(amount == total, f"{amount} {CURRENCY} were paid, the order costs {total} {CURRENCY}")
        self.record(facts.OrderPaid(payment_id, method, amount))

    def ship(self, tracking_number: str, carrier: str) -> None:
        """Hand it to a carrier."""
        if self.state.tracking_number == tracking_number and self.state.status is not OrderStatus.CANCELLED:
            return
        demand(tracking_number.strip() and carrier.strip(), "a parcel needs a carrier and a tracking number")
        self._demand_status("an order can be shipped", OrderStatus.PAID)
        self.record(facts.OrderShipped(tracking_number, carrier))

    def deliver(self) -> None:
        """It is at the door."""
        if self.state.status is not OrderStatus.DELIVERED:
            self._demand_status("an order can be delivered", OrderStatus.SHIPPED)
            self.record(facts.OrderDelivered())

    def cancel(self, reason: str) -> None:
        """Call it off, as long as it is not at the door."""
        demand(reason.strip(), "a cancellation needs a reason")
        if self.state.status is not OrderStatus.CANCELLED:
            demand(self.state.status is not OrderStatus.DELIVERED, "a delivered order cannot be cancelled")
            self._demand_exists()
            self.record(facts.OrderCancelled(reason))

    def evolve(self, state: OrderState, fact: Any) -> OrderState:
        """The state after a fact."""
        match fact:
            case facts.OrderCreated(customer, items, total, _, address, payment):
                return OrderState(customer, items, OrderStatus.PENDING, total, address, payment)
            case facts.OrderItemAdded(product, name, quantity, price):
                return with_items(state, (*state.items, OrderItem(product, name, quantity, price)))
            case facts.OrderItemRemoved(product, quantity):
                return with_items(state, without(state.items, product, quantity))
            case facts.OrderAddressChanged(address):
                return replace(state, shipping_address=address)
            case facts.OrderPaid(payment_id):
                return replace(state, status=OrderStatus.PAID, payment_id=payment_id)
            case facts.OrderShipped(tracking_number):
                return replace(state, status=OrderStatus.SHIPPED, tracking_number=tracking_number)
            case facts.OrderDelivered():
                return replace(state, status=OrderStatus.DELIVERED)
            case _:
                return replace(state, status=OrderStatus.CANCELLED)

    def _demand_exists(self) -> None:
        demand(self.version, f"there is no order {self.id}")

    def _demand_status(self, what: str, *allowed: OrderStatus) -> None:
        self._demand_exists()
        demand(self.state.status in allowed, f"{what} while it is {' or '.join(allowed)}, not {self.state.status}")


def demand_item(item: OrderItem) -> None:
    """Raise RuleBroken for a line that nobody can want."""
    demand(item.quantity > 0, "a quantity is 1 or more")
    demand(item.unit_price.is_finite() and item.unit_price >= 0, "a price is 0 or more")


def with_items(state: OrderState, items: tuple[OrderItem, ...]) -> OrderState:
    """The state with other lines, and what they cost."""
    return replace(state, items=items, total_amount=sum((item.total_price for item in items), Decimal("0.00")))


def without(items: Iterable[OrderItem], product_id: str, quantity: int) -> tuple[OrderItem, ...]:
    """The lines with so many less of a product, taken from the first line that has enough."""
    left = list(items)
    at = next(n for n, item in enumerate(left) if item.product_id == product_id and item.quantity >= quantity)
    left[at] = replace(left[at], quantity=left[at].quantity - quantity)
    return tuple(item for item in left if item.quantity)
