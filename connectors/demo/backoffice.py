"""Who watches the orders without being part of the flow: mail, analytics, the read model, fraud, loyalty.

Here are the demo's troubles: a handler that fails, one that is slow, one that waits for what never comes.
"""

from __future__ import annotations

from typing import Any

from connectors.demo.world import Flaky, Service, World
from eventscope import Event, EventHandler, EventPriority

__all__ = ["Analytics", "FraudCheck", "Loyalty", "Notifications", "ReadModel"]

FINAL = ("order.confirmed", "order.shipped", "order.delivered", "order.cancelled")


class Notifications(Service):
    """Mails customers through a server that is sometimes away."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world, name)
        self._server = Flaky(world, often=0.08, for_good=0.25)

    @EventHandler.on(list(FINAL), subscription_name="notifications", retries=3)
    async def mail(self, event: Event) -> None:
        """Fails one time in twelve; tried again, and a quarter of those mails ends as a dead letter."""
        await self.world.work(self.chance(event), 16)
        self._server.call(event, "smtp.example.com:587 did not answer within 10 s")


class Analytics(Service):
    """Crunches every order event, slowly."""

    @EventHandler.on(["order.created", *FINAL, "payment.*"], subscription_name="analytics")
    async def crunch(self, event: Event) -> None:
        """Mostly under 50 ms, now and then several hundred."""
        await self.world.work(self.chance(event), 24, spread=0.9)


class ReadModel(Service):
    """The query side of the orders: a projection, quick and dull."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world, name)
        self.status: dict[str, Any] = {}

    @EventHandler.on("order.*", subscription_name="order_read_model")
    async def project(self, event: Event) -> None:
        """Keep the status of open orders."""
        await self.world.work(self.chance(event), 2)
        order_id = event.payload.get("order_id")
        if event.type in ("order.delivered", "order.cancelled"):
            self.status.pop(order_id, None)
        else:
            self.status[order_id] = event.payload.get("status")


class FraudCheck(Service):
    """Looks at large orders only."""

    @EventHandler.on("order.created", filter=lambda e: float(e.payload["total"]) > 1000)
    async def score(self, event: Event) -> None:
        """One large order in eight is suspicious."""
        chance = self.chance(event)
        await self.world.work(chance, 14)
        if chance.random() < 1 / 8:
            verdict = {"order_id": event.payload["order_id"], "score": round(chance.uniform(0.8, 1), 3)}
            await self.say("order.fraud_suspected", verdict, priority=EventPriority.CRITICAL)


class Loyalty(Service):
    """Waits for refunds, which this shop does not publish: a dead subscription."""

    @EventHandler.on("order.refund.requested", subscription_name="loyalty_points")
    async def take_back(self, event: Event) -> None:
        """Never called."""
        await self.world.work(self.chance(event), 5)
