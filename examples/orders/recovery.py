"""Recovery: goes on with the orders that were on their way when the process before this one was killed.

The bus forgets what it carried, the database forgets nothing. So the last thing that happened to such an order is told
again, and whoever reacts to it does what is still to be done: every step may be taken twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from eventscope import Event, EventBus, EventPriority
from examples.orders.event_store import Stored
from examples.orders.saga import Progress
from examples.orders.service import Participant, saga_of

if TYPE_CHECKING:
    from examples.orders.system import Shop

__all__ = ["Recovery"]

TELLING: Final = ("order.created", "order.paid", "order.shipped", "order.delivered", "order.cancelled")
"""What services react to."""

LED_TO: Final = ("order.shipped", "order.delivered")
"""Where an orchestrator has nothing more to do, unless to undo it."""


class Begun(NamedTuple):
    """An order on its way: its history, how far the saga is that leads it, whether its last event was published."""

    history: Sequence[Stored]
    saga: Progress | None
    published: bool


class Recovery(Participant):
    """Emits `order.saga_resumed` and `order.delivery_rejected`; tells other events again as they are."""

    def __init__(self, shop: Shop, event_bus: EventBus) -> None:
        super().__init__(event_bus, "recovery")
        self._shop = shop
        self._begun: list[Begun] = []

    async def look(self) -> None:
        """See what there is to go on with; before new orders come."""
        shop = self._shop
        await shop.read_model.catch_up()
        left = (shop.saga.log, shop.inventory.reservations, shop.payments.charges, shop.shipping.parcels)
        ids = dict.fromkeys((*await shop.queries.open_orders(), *(each for ledger in left for each in ledger)))
        far = await shop.store.published("bus")
        histories = [await shop.store.of(order_id) for order_id in ids]
        self._begun = [
            Begun(each, shop.saga.log.get(each[0].aggregate_id), each[-1].sequence <= far) for each in histories
        ]

    async def run(self) -> int:
        """Publish what is stored and was not published, and go on with what was seen; returns how many orders."""
        begun, self._begun = self._begun, []
        await self._shop.outbox.drain()
        for each in begun:
            await self._go_on(*each)
        return len(begun)

    async def _go_on(self, history: Sequence[Stored], saga: Progress | None, published: bool) -> None:
        """Tell what is to be told of an order, unless the outbox has told it a moment ago."""
        last = next(each.event for each in reversed(history) if each.event.type in TELLING)
        about: dict[str, object] = {"order_id": history[0].aggregate_id}
        if saga and (saga["reason"] or last.type not in LED_TO):
            await self._tell("order.saga_resumed", history[0].event, about | saga)
            return
        if saga:
            await self._shop.saga.log.strike(history[0].aggregate_id)
        if last.type == "order.cancelled":
            await self._tell("order.delivery_rejected", last, about | {"reason": last.payload["reason"]})
        elif published:
            await self.event_bus.publish(last)

    async def _tell(self, type_: str, cause: Event, payload: dict[str, object]) -> None:
        about = {"correlation_id": cause.correlation_id, "causation_id": cause.id, "metadata": saga_of(cause)}
        await self.emit(type_, payload, priority=EventPriority.HIGH, **about)
