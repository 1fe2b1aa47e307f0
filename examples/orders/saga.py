"""The order flow led by an orchestrator: one place knows the steps, and undoes them in reverse when one is refused.

What the services publish meanwhile carries `saga` and `step` in its metadata; a step that is undone is negative. How
far a saga has come is written down before each step, so that the next process goes on where one was killed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypedDict

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.orders.aggregate import RuleBroken
from examples.orders.commands import PayOrder, ShipOrder
from examples.orders.event_store import EventStore
from examples.orders.inventory import InventoryService
from examples.orders.ledger import Ledger
from examples.orders.order_events import PaymentMethod
from examples.orders.order_service import OrderService, choreographed
from examples.orders.payment import PaymentService
from examples.orders.refusal import Refusal
from examples.orders.service import Participant
from examples.orders.shipping import ShippingService
from examples.orders.upgrades import upgrade

__all__ = ["ORCHESTRATED", "OrderSagaOrchestrator", "Progress", "orchestrated"]

ORCHESTRATED: Final = {"saga": "orchestration"}
"""The metadata by which an order asks to be led."""

REFUSALS: Final = (Refusal, RuleBroken)
"""What a step answers that was not done. After another error nobody knows, and the step is undone as well."""


class Step(NamedTuple):
    """A step of the saga, and what undoes it; what was done to the order itself is undone by cancelling it."""

    do: Callable[..., Awaitable[object]]
    undo: Callable[..., Awaitable[None]] | None


class Progress(TypedDict):
    """How far a saga is: its `step` was begun, perhaps done. With a `reason` it is to be undone, as those before it."""

    step: int
    reason: str


def orchestrated(event: Event) -> bool:
    """Whether the orchestrator leads the order of an event."""
    return not choreographed(event)


class OrderSagaOrchestrator(Participant):
    """Leads an order from its reservation to its carrier. `log` has the sagas that are on their way."""

    def __init__(
        self,
        orders: OrderService,
        inventory: InventoryService,
        payments: PaymentService,
        shipping: ShippingService,
        store: EventStore,
        event_bus: EventBus,
    ) -> None:
        super().__init__(event_bus, "order_saga")
        self.log = Ledger[Progress](store.database, "sagas")
        self._store = store
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

    @EventHandler.on(["order.created", "order.saga_resumed"], filter=orchestrated, subscription_name="order_saga")
    async def execute(self, event: Event) -> None:
        """Take the steps one by one; when one is refused, undo those before it."""
        order_id = event.payload["order_id"]
        if event.type == "order.saga_resumed":
            await self._resume(order_id)
        elif order_id not in self.log:  # else the event came twice
            await self._lead(event.payload, 1)

    @EventHandler.on("order.delivery_rejected", filter=orchestrated, subscription_name="order_saga_return")
    async def take_back(self, event: Event) -> None:
        """The order was called off while its parcel was on the way."""
        await self._roll_back(event.payload["order_id"], len(self.steps), event.payload["reason"])

    async def _resume(self, order_id: str) -> None:
        """Go on with a saga of a process that is no more. The step that it was killed in is taken again."""
        progress, begun = self.log[order_id], await self._store.first(order_id)
        if progress["reason"] or begun is None:
            await self._roll_back(order_id, progress["step"], progress["reason"])
        else:
            order = upgrade(begun.event.type, begun.event_version, begun.event.payload)
            await self._lead(dict(order), progress["step"])

    async def _lead(self, order: dict[str, Any], first: int) -> None:
        order_id = order["order_id"]
        for number in range(first, len(self.steps) + 1):
            await self.log.put(order_id, Progress(step=number, reason=""))
            try:
                await self.steps[number - 1].do(order, metadata=ORCHESTRATED | {"step": number})
            except Exception as error:  # whatever a service of others raises
                done = number - 1 if isinstance(error, REFUSALS) else number
                await self._roll_back(order_id, done, str(error) or type(error).__name__)
                return
        await self.log.strike(order_id)

    async def _roll_back(self, order_id: str, done: int, reason: str) -> None:
        for number in range(done, 0, -1):
            await self.log.put(order_id, Progress(step=number, reason=reason))
            if (undo := self.steps[number - 1].undo) is not None:
                await self._undo(undo, order_id, reason, -number)
        await self._undo(self._orders.cancel, order_id, reason, -done - 1)
        await self.log.strike(order_id)

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
