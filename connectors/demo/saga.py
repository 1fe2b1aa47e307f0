"""The order flow of seed 002 led by an orchestrator: one place knows the steps and undoes them in reverse.

Its events are all children of the order and carry `saga` and `step` in their metadata.
"""

from __future__ import annotations

from random import Random

from connectors.demo.world import Service
from eventscope import Event, EventHandler, EventPriority

__all__ = ["OrderSaga", "choreographed", "orchestrated"]

STEPS = (
    ("inventory.reserved", 6, 1 / 20, "inventory.released"),
    ("payment.processed", 16, 1 / 12, "payment.refunded"),
    ("shipping.created", 9, 1 / 30, "shipping.cancelled"),
)
"""What a step publishes, its usual milliseconds, how often it fails, and what undoes it."""


def orchestrated(event: Event) -> bool:
    """Whether the orchestrator leads this order."""
    return "saga" in event.metadata


def choreographed(event: Event) -> bool:
    """Whether the services lead it themselves."""
    return "saga" not in event.metadata


class OrderSaga(Service):
    """Leads an order through reservation, payment and shipment."""

    @EventHandler.on("order.created", filter=orchestrated, subscription_name="order_saga")
    async def execute(self, event: Event) -> None:
        """Take the steps one by one; when one fails, compensate those before it."""
        chance, undo = self.chance(event), list[str]()
        for number, (done, typical_ms, failing, compensation) in enumerate(STEPS, 1):
            await self.world.work(chance, typical_ms)
            if chance.random() < failing:
                await self._roll_back(event, chance, undo, failed=done)
                return
            await self._step(event, done, number)
            undo.append(compensation)
        await self._step(event, "order.confirmed", len(STEPS) + 1, status="shipped")

    async def _roll_back(self, event: Event, chance: Random, undo: list[str], *, failed: str) -> None:
        for number, compensation in enumerate(reversed(undo), 1):
            await self.world.work(chance, 8)
            await self._step(event, compensation, -number)
        await self._step(event, "order.cancelled", -len(undo) - 1, reason=f"no {failed}", status="cancelled")

    async def _step(self, event: Event, name: str, step: int, **more: str) -> None:
        payload = {"order_id": event.payload["order_id"], "total": event.payload["total"], **more}
        priority = EventPriority.HIGH if step < 0 else EventPriority.NORMAL
        await self.say(name, payload, priority=priority, metadata=dict(event.metadata) | {"step": step})
