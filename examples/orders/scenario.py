"""The traffic of the shop: orders, of which some cannot be fulfilled; customers who change their mind."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from typing import Final

from eventscope import Event, EventPriority
from examples.example import Example
from examples.orders import catalogue
from examples.orders.aggregate import RuleBroken
from examples.orders.commands import CancelOrder, ChangeOrderAddress, Command, CreateOrder
from examples.orders.saga import ORCHESTRATED
from examples.orders.system import Shop
from examples.outage import Outage
from examples.world import World

__all__ = ["EVENTS_EACH", "ORDERS"]

log = logging.getLogger(__name__)

EVENTS_EACH = 5.82
"""Events that one visit publishes on average; a test measures it."""

ABANDONED: Final = 1 / 12
LED: Final = 1 / 5
"""Orders that the orchestrator leads."""

SOLD_OUT: Final = 1 / 15
REFUSED: Final = 1 / 10
UNREACHABLE: Final = 1 / 30
REGRETS: Final = 1 / 12
"""Visits after which a customer changes one of the last orders."""

MAIL_FAILS: Final = 0.08
MAIL_IS_LOST: Final = 0.25
"""Of the mails that fail, those that never get through."""


async def traffic(world: World, shop: Shop) -> None:
    """Sell until the world ends."""
    shop.notifications.send = unreliable(world)
    latest: deque[str] = deque(maxlen=4)
    await shop.recover()
    async for number in world.arrivals(EVENTS_EACH):
        chance = world.dice("visit", number)
        if chance.random() < ABANDONED:
            await shop.storefront.abandon(f"cart-{world.name_of('cart', number)}", catalogue.customer(chance))
            continue
        latest.append(f"ord-{world.name_of('order', number)[:12]}")
        led = ORCHESTRATED if chance.random() < LED else {}
        try:
            await shop.orders.handle(order(chance, latest[-1]), metadata=led)
        except RuleBroken:
            log.warning("this history has the orders of seed %d already; take another seed or file", world.seed)
            return
        if chance.random() < REGRETS:
            await regret(chance, shop, chance.choice(latest))


def order(chance: Random, order_id: str) -> CreateOrder:
    """What somebody orders; it says whether it will go well."""
    items, payment = catalogue.basket(chance, SOLD_OUT), catalogue.payment(chance, REFUSED)
    address = catalogue.address(chance, UNREACHABLE)
    return CreateOrder(order_id, catalogue.customer(chance), items, address, payment)


async def regret(chance: Random, shop: Shop, order_id: str) -> None:
    """A customer calls an order off, or has it sent elsewhere, as long as that is possible."""
    call_off = chance.random() < 0.5
    change: Command = ChangeOrderAddress(order_id, catalogue.address(chance, 0))
    priority = EventPriority.HIGH if call_off else EventPriority.NORMAL
    try:
        await shop.orders.handle(CancelOrder(order_id, "customer_request") if call_off else change, priority=priority)
    except RuleBroken:
        return  # too late, and the customer is told so


def unreliable(world: World) -> Callable[[Event], None]:
    """A mail server that does not answer now and then: it raises Outage, for some mails each time."""
    failures = Counter[str]()

    def send(event: Event) -> None:
        chance = world.dice("mail", event.id)
        if chance.random() >= MAIL_FAILS:
            return
        lost = chance.random() < MAIL_IS_LOST
        if not lost and failures[event.id] == chance.choice((1, 1, 2)):
            del failures[event.id]
            return
        failures[event.id] += not lost
        raise Outage("smtp.example.com:587 did not answer within 10 s")

    return send


ORDERS: Final = Example("orders", Shop, traffic)
