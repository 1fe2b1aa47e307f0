"""The order flow led by an orchestrator: one place knows the steps, and undoes them in reverse when one is refused.

What the services publish meanwhile carries `saga` and `step` in its metadata; a step that is undone is negative.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.aggregate import RuleBroken
from examples.orders.commands import PayOrder, ShipOrder
from examples.orders.inventory import InventoryService
from examples.orders.order_events import PaymentMethod
from examples.orders.order_service import OrderService, choreographed
from examples.orders.payment import PaymentService
from examples.orders.refusal import Refusal
from examples.orders.service import Participant
from examples.orders.shipping import ShippingService

__all__ = ["ORCHESTRATED", "OrderSagaOrchestrator", "orchestrated"]

ORCHESTRATED: Final = {"saga": "orchestration"}
"""The metadata by which an order asks to be led."""

REFUSALS: Final = (Refusal, RuleBroken)
"""What a step answers that was not done. After another error nobody knows, and the step is undone as well."""


class Step(NamedTuple):
    """A step of the saga, and what undoes it; what was done to the order itself is undone by cancelling it."""

    do: Callable[..., Awaitable[object]]
    undo: Callable[..., Awaitable[None]] | None


def orchestrated(event: Event) -> bool:
    """Whether the orchestrator leads the order of an event."""
    return not choreographed(event)


class OrderSagaOrchestrator(Participant):
    """Leads an order from its reservation to its carrier."""

    def __init__(
        self,
        orders: OrderService,
        inventory: InventoryService,
        payments: PaymentService,
        shipping: ShippingService,
        event_bus: EventBus,
    ) -> None:
        super().__init__(event_bus, "order_saga")
        self._orders = orders
        self._inventory = inventory
        self._payments = payments
        self._shipping = shipping
        self.steps = (
            Step(self._reserve, inventory.release),
            Step(self._charge, payments.refund),
            Step(self._pay, None),
            Step(self._pack, shipping.cancel),
            Step(self._ship, None),
        )

    @EventHandler.on("order.created", filter=orchestrated, subscription_name="order_saga")
    async def execute(self, event: Event) -> None:
        """Take the steps one by one; when one is refused, undo those before it."""
        for number, step in enumerate(self.steps, 1):
            try:
                await step.do(event.payload, metadata=ORCHESTRATED | {"step": number})
            except Exception as error:  # whatever a service of others raises
                done = number - 1 if isinstance(error, REFUSALS) else number
                await self._roll_back(event, done, str(error) or type(error).__name__)
                return

    @EventHandler.on("order.delivery_rejected", filter=orchestrated, subscription_name="order_saga_return")
    async def take_back(self, event: Event) -> None:
        """The order was called off while its parcel was on the way."""
        await self._roll_back(event, len(self.steps), event.payload["reason"])

    async def _roll_back(self, event: Event, done: int, reason: str) -> None:
        order_id = event.payload["order_id"]
        for number in range(done, 0, -1):
            if (undo := self.steps[number - 1].undo) is not None:
                await self._undo(undo, order_id, reason, -number)
        await self._orders.cancel(order_id, reason, metadata=ORCHESTRATED | {"step": -done - 1})

    async def _undo(self, undo: Callable[..., Awaitable[None]], order_id: str, reason: str, step: int) -> None:
        """A compensation that fails must not keep the others from being done; somebody has to look at it."""
        try:
            await undo(order_id, reason, metadata=ORCHESTRATED | {"step": step})
        except Exception as error:  # whatever a service of others raises
            await self.emit_error(
                "compensation_failed",
                f"step {-step} of order {order_id} could not be undone: {error}",
                priority=EventPriority.CRITICAL,
                details={"order_id": order_id, "step": step},
            )

    async def _reserve(self, order: dict[str, Any], **fields: Any) -> None:
        await self._inventory.reserve(order, **fields)

    async def _charge(self, order: dict[str, Any], **fields: Any) -> None:
        await self._payments.charge(order, **fields)

    async def _pay(self, order: dict[str, Any], **fields: Any) -> None:
        paid = self._payments.charges[order["order_id"]]
        method, amount = PaymentMethod(paid["method"]), Decimal(paid["amount"])
        await self._orders.handle(PayOrder(order["order_id"], paid["payment_id"], method, amount), **fields)

    async def _pack(self, order: dict[str, Any], **fields: Any) -> None:
        address = (await self._orders.load(order["order_id"])).state.shipping_address
        await self._shipping.create(order["order_id"], address.country if address else "", **fields)

    async def _ship(self, order: dict[str, Any], **fields: Any) -> None:
        await self.work(24)
        parcel = self._shipping.parcels[order["order_id"]]
        await self._orders.handle(ShipOrder(order["order_id"], parcel["tracking_number"], parcel["carrier"]), **fields)
