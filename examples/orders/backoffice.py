"""Who watches the orders without being part of the flow: mail, analytics, audit, fraud, loyalty."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.service import Participant

__all__ = ["Analytics", "AuditTrail", "FraudCheck", "Loyalty", "Notifications", "Storefront"]

MILESTONES: Final = ("order.paid", "order.shipped", "order.delivered", "order.cancelled")

LARGE: Final = Decimal(1000)
"""Orders above this amount are looked at."""

AUDITED: Final = 1_000
"""Lines that the audit keeps."""

SUSPICIOUS: Final = 2
"""Large orders of one customer after which the next ones are suspicious."""


class Storefront(Participant):
    """Where customers fill carts."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "storefront")

    async def abandon(self, cart_id: str, customer_id: str) -> None:
        """A customer leaves without ordering, which nobody listens to."""
        cart = {"cart_id": cart_id, "customer_id": customer_id}
        await self.emit("cart.abandoned", cart, priority=EventPriority.LOW)


class Notifications(Participant):
    """Mails customers; `send` reaches the mail server, and raises when it could not."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "notification_service")
        self.send: Callable[[Event], object] = lambda event: None

    @EventHandler.on(list(MILESTONES), subscription_name="notifications", retries=3)
    async def mail(self, event: Event) -> None:
        """Tell the customer; after three more attempts the mail is a dead letter."""
        await self.work(16)
        self.send(event)


class Analytics(Participant):
    """Crunches every order event, slowly."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "analytics_service")
        self.seen = Counter[str]()

    @EventHandler.on(["order.created", *MILESTONES, "payment.*"], subscription_name="analytics")
    async def track(self, event: Event) -> None:
        """Mostly under 50 ms, now and then several hundred."""
        await self.work(24, spread=0.9)
        self.seen[event.type] += 1


class AuditTrail(Participant):
    """Notes everything that happens to orders, whoever else cares."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "audit_service")
        self.latest = deque[tuple[str, str]](maxlen=AUDITED)

    @EventHandler.on(categories=["order", "inventory", "payment", "shipping"], subscription_name="audit_trail")
    async def note(self, event: Event) -> None:
        """One more line."""
        self.latest.append((event.type, event.payload["order_id"]))


class FraudCheck(Participant):
    """Looks at large orders only."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "fraud_service")
        self.large = Counter[str]()

    @EventHandler.on(
        "order.created",
        filter=lambda event: Decimal(event.payload["total_amount"]) > LARGE,
        subscription_name="fraud_check",
    )
    async def score(self, event: Event) -> None:
        """Customers who order much again and again are suspicious, once in a while."""
        await self.work(14)
        customer = event.payload["customer_id"]
        self.large[customer] += 1
        if self.large[customer] > SUSPICIOUS:
            verdict = {"order_id": event.payload["order_id"], "customer_id": customer, "reason": "many large orders"}
            self.large[customer] = 0
            await self.emit("order.fraud_suspected", verdict, priority=EventPriority.CRITICAL)


class Loyalty(Participant):
    """Waits for refunds, which this shop does not publish: a dead subscription."""

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "loyalty_service")

    @EventHandler.on("order.refund.requested", subscription_name="loyalty_points")
    async def take_back(self, event: Event) -> None:
        """Never called."""
        await self.work(5)
