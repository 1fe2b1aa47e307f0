"""The shop: its rules, its history, and sagas that leave nothing behind whichever step fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played import published, running

from eventscope import EventBus
from eventscope.step import Phase
from examples.orders.aggregate import RuleBroken
from examples.orders.commands import (
    AddOrderItem,
    CancelOrder,
    ChangeOrderAddress,
    CreateOrder,
    DeliverOrder,
    PayOrder,
    RemoveOrderItem,
    ShipOrder,
)
from examples.orders.order import Order
from examples.orders.order_events import Address, OrderItem, OrderStatus, Payment, PaymentMethod
from examples.orders.plain import to_plain
from examples.orders.saga import ORCHESTRATED
from examples.orders.service import Participant
from examples.orders.system import Shop

BEANS = OrderItem("prod-beans", "Ethiopia Guji, 1 kg", 2, Decimal("28.50"))
FILTERS = OrderItem("prod-filter", "Paper filters, 100", 1, Decimal("5.90"))
PARIS = Address("12 Rue des Martyrs", "Paris", "", "75009", "FR")
LISBON = Address("Largo do Carmo 9", "Lisboa", "", "1200-092", "PT")
SOUTH_POLE = Address("Amundsen–Scott Station", "South Pole", "", "", "AQ")
CARD = Payment(PaymentMethod.CREDIT_CARD, "acct-1")
STOCK = {"prod-beans": 10, "prod-filter": 3}

CREATE = CreateOrder("ord-1", "cus-7", (BEANS, FILTERS), PARIS, CARD)
TOTAL = Decimal("62.90")
PAY = PayOrder("ord-1", "pay-1", PaymentMethod.CREDIT_CARD, TOTAL)
SHIP = ShipOrder("ord-1", "T1", "DHL")
DELIVER = DeliverOrder("ord-1")
CANCEL = CancelOrder("ord-1", "customer_request")


def ordered(*commands) -> Order:
    order = Order("ord-1")
    for command in commands:
        command(order)
    return order


# The rules


def test_an_order_goes_from_its_creation_to_the_door():
    order = ordered(CREATE, PAY, SHIP, DELIVER)
    assert [type(fact).__name__ for fact in order.changes] == [
        "OrderCreated",
        "OrderPaid",
        "OrderShipped",
        "OrderDelivered",
    ]
    assert (order.version, order.state.status, order.state.total_amount) == (4, OrderStatus.DELIVERED, TOTAL)


def test_lines_come_and_go_and_the_total_follows():
    more = AddOrderItem("ord-1", replace(FILTERS, quantity=2))
    order = ordered(CREATE, more, RemoveOrderItem("ord-1", "prod-beans", 1), RemoveOrderItem("ord-1", "prod-filter", 1))
    assert order.state.items == (replace(BEANS, quantity=1), replace(FILTERS, quantity=2))
    assert order.state.total_amount == Decimal("40.30")


@pytest.mark.parametrize(
    ("commands", "sentence"),
    [
        ((PAY,), "there is no order ord-1"),
        ((CANCEL,), "there is no order ord-1"),
        ((CREATE, CREATE), "order ord-1 is already there"),
        ((replace(CREATE, items=()),), "at least one item"),
        ((replace(CREATE, items=(replace(BEANS, quantity=0),)),), "a quantity is 1 or more"),
        ((replace(CREATE, items=(replace(BEANS, unit_price=Decimal(-1)),)),), "a price is 0 or more"),
        ((replace(CREATE, shipping_address=replace(PARIS, street=" ")),), "a street and a city"),
        ((CREATE, replace(PAY, amount=Decimal("62.89"))), "62.89 EUR were paid, the order costs 62.90 EUR"),
        ((CREATE, PAY, AddOrderItem("ord-1", BEANS)), "items can be added while it is pending, not paid"),
        ((CREATE, PAY, RemoveOrderItem("ord-1", "prod-beans", 1)), "items can be removed while it is pending"),
        ((CREATE, RemoveOrderItem("ord-1", "prod-poster", 1)), "product prod-poster is not in the order"),
        ((CREATE, RemoveOrderItem("ord-1", "prod-beans", 3)), "there are 2 in the order"),
        ((CREATE, RemoveOrderItem("ord-1", "prod-beans", 0)), "a quantity is 1 or more"),
        (
            (replace(CREATE, items=(BEANS,)), RemoveOrderItem("ord-1", "prod-beans", 2)),
            "an order without items has to be cancelled",
        ),
        ((CREATE, SHIP), "an order can be shipped while it is paid, not pending"),
        ((CREATE, PAY, replace(SHIP, tracking_number=" ")), "a carrier and a tracking number"),
        ((CREATE, PAY, DELIVER), "an order can be delivered while it is shipped, not paid"),
        ((CREATE, PAY, SHIP, ChangeOrderAddress("ord-1", LISBON)), "while it is pending or paid, not shipped"),
        ((CREATE, ChangeOrderAddress("ord-1", replace(LISBON, city=""))), "a street and a city"),
        ((CREATE, PAY, SHIP, DELIVER, CANCEL), "a delivered order cannot be cancelled"),
        ((CREATE, replace(CANCEL, reason=" ")), "a cancellation needs a reason"),
        ((CREATE, CANCEL, PAY), "an order can be paid while it is pending, not cancelled"),
    ],
)
def test_what_the_rules_do_not_allow_is_said_in_one_sentence_and_changes_nothing(commands, sentence):
    order = ordered(*commands[:-1])
    before = order.state, order.version
    with pytest.raises(RuleBroken, match=sentence):
        commands[-1](order)
    assert (order.state, order.version) == before


@pytest.mark.parametrize("repeated", [PAY, SHIP, DELIVER])
def test_a_command_that_comes_twice_changes_nothing_the_second_time(repeated):
    order = ordered(CREATE, PAY, SHIP, DELIVER)
    repeated(order)
    assert order.version == 4
    assert ordered(CREATE, CANCEL, CANCEL).version == 2


# Sagas


async def settled(bus):
    while bus.get_metrics()["waiting"] or bus.get_metrics()["running"]:
        await asyncio.sleep(0.001)


def clean(shop: Shop) -> bool:
    """Nothing is set aside, charged or on its way, and all stock is on the shelves."""
    left = shop.inventory.reservations, shop.payments.charges, shop.shipping.parcels
    return not any(left) and shop.inventory.stock == Counter(STOCK)


@pytest.fixture
async def bus():
    return EventBus(name="shop")


FAILING = {
    "stock": (replace(CREATE, items=(replace(BEANS, quantity=11),)), "insufficient_stock of prod-beans: 10 left"),
    "payment": (replace(CREATE, payment=replace(CARD, account="acct-declined")), "card_declined"),
    "shipment": (replace(CREATE, shipping_address=SOUTH_POLE), "no carrier delivers to AQ"),
}


@pytest.mark.parametrize("led", [{}, ORCHESTRATED], ids=["choreography", "orchestration"])
@pytest.mark.parametrize("step", FAILING)
async def test_an_order_that_cannot_be_fulfilled_leaves_nothing_behind(bus, step, led):
    command, reason = FAILING[step]
    shop = Shop(bus, stock=STOCK)
    async with running(shop, bus) as steps:
        await shop.orders.handle(command, metadata=led)
        await settled(bus)
        assert (await shop.orders.load("ord-1")).state.status is OrderStatus.CANCELLED
    assert clean(shop)
    assert [event.payload["reason"] for event in published(steps, "order.cancelled")] == [reason]
    assert not any(step.phase is Phase.FAILED for step in steps)


@pytest.mark.parametrize("led", [{}, ORCHESTRATED], ids=["choreography", "orchestration"])
async def test_a_good_order_arrives(bus, led):
    shop = Shop(bus, stock=STOCK)
    async with running(shop, bus) as steps:
        await shop.orders.handle(CREATE, metadata=led)
        await settled(bus)
        assert (await shop.orders.load("ord-1")).state.status is OrderStatus.DELIVERED
    assert clean(shop)
    assert all(("saga" in event.metadata) == bool(led) for event in published(steps))


MOMENTS = [
    "order.created",
    "inventory.reserved",
    "payment.processed",
    "order.paid",
    "shipping.created",
    "order.shipped",
]


@pytest.mark.parametrize("led", [{}, ORCHESTRATED], ids=["choreography", "orchestration"])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_customer_may_call_an_order_off_at_any_moment(bus, moment, led):
    shop = Shop(bus, stock=STOCK)

    async def call_off(event):
        await shop.orders.handle(CANCEL)

    async with running(shop, bus) as steps:
        bus.subscribe(call_off, types=moment, name="customer")
        await shop.orders.handle(CREATE, metadata=led)
        await settled(bus)
        state = (await shop.orders.load("ord-1")).state
    assert clean(shop)
    refused = [step for step in steps if step.phase is Phase.FAILED]
    assert state.status is (OrderStatus.DELIVERED if refused else OrderStatus.CANCELLED)
    assert all("a delivered order cannot be cancelled" in step.error for step in refused)


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_step_that_breaks_is_undone_though_nobody_knows_how_far_it_came(bus, number, when):
    shop = Shop(bus, stock=STOCK)
    steps = list(shop.saga.steps)
    do = steps[number].do

    async def break_down(order, **fields):
        if when == "after":
            await do(order, **fields)
        raise ConnectionError("the line is dead")

    steps[number] = steps[number]._replace(do=break_down)
    shop.saga.steps = tuple(steps)
    async with running(shop, bus) as seen:
        await shop.orders.handle(CREATE, metadata=ORCHESTRATED)
        await settled(bus)
        status = (await shop.orders.load("ord-1")).state.status
    assert clean(shop)
    if (number, when) == (4, "after"):
        assert status in (OrderStatus.CANCELLED, OrderStatus.DELIVERED)
    else:
        assert status is OrderStatus.CANCELLED
        assert published(seen, "order.cancelled")[0].payload["reason"] == "the line is dead"


UNLED = {
    "reserve": lambda shop: (shop.inventory, "reserve", None),
    "charge": lambda shop: (shop.payments, "charge", None),
    "pay": lambda shop: (shop.orders, "handle", PayOrder),
    "pack": lambda shop: (shop.shipping, "create", None),
    "ship": lambda shop: (shop.orders, "handle", ShipOrder),
    "deliver": lambda shop: (shop.orders, "handle", DeliverOrder),
}
"""The steps of a saga that nobody leads: whose they are, what they are called, and with which command."""


@pytest.mark.parametrize("step", UNLED)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_step_that_breaks_where_nobody_leads_leaves_nothing_behind_either(bus, step, when, monkeypatch):
    shop = Shop(bus, stock=STOCK)
    service, method, command = UNLED[step](shop)
    do = getattr(service, method)

    async def break_down(first, *rest, **fields):
        breaks = command is None or isinstance(first, command)
        done = await do(first, *rest, **fields) if when == "after" or not breaks else None
        if breaks:
            raise ConnectionError("the line is dead")
        return done

    monkeypatch.setattr(service, method, break_down)
    async with running(shop, bus) as seen:
        await shop.orders.handle(CREATE)
        await settled(bus)
        status = (await shop.orders.load("ord-1")).state.status
    assert clean(shop)
    given_up = [each.error for each in seen if each.phase is Phase.DEAD_LETTERED]
    if status is OrderStatus.DELIVERED:  # it was at the door before anybody heard of the trouble
        assert (step, when) in (("ship", "after"), ("deliver", "after"))
        assert all("a delivered order cannot be cancelled" in error for error in given_up)
    else:
        assert status is OrderStatus.CANCELLED
        assert given_up == []


async def test_compensations_come_in_reverse_and_one_that_fails_is_told_and_keeps_no_other_from_being_done(bus):
    shop = Shop(bus, stock=STOCK)
    steps = list(shop.saga.steps)

    async def stuck(order_id, reason, **fields):
        raise ConnectionError("the gateway is away")

    steps[1] = steps[1]._replace(undo=stuck)
    shop.saga.steps = tuple(steps)
    async with running(shop, bus) as seen:
        await shop.orders.handle(replace(CREATE, shipping_address=SOUTH_POLE), metadata=ORCHESTRATED)
        await settled(bus)
    done = [(event.type, event.metadata.get("step")) for event in published(seen)]
    assert done == [
        ("order.created", None),
        ("inventory.reserved", 1),
        ("payment.processed", 2),
        ("order.paid", 3),
        ("error.compensation_failed", None),
        ("inventory.reservation.cancelled", -1),
        ("order.cancelled", -4),
    ]
    assert shop.inventory.reservations == {}
    complaint = published(seen, "error.compensation_failed")[0].payload
    assert complaint["error_message"] == "step 2 of order ord-1 could not be undone: the gateway is away"


visits = st.lists(
    st.tuples(
        st.sampled_from(["good", *FAILING]),
        st.sampled_from([{}, ORCHESTRATED]),
        st.sampled_from([None, *MOMENTS]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(visits)
async def test_whatever_is_ordered_paid_refused_and_called_off_no_reservation_is_left(visits):
    bus = EventBus(name="shop")
    shop = Shop(bus, stock=STOCK)
    regrets = {f"ord-{number}": moment for number, (_, _, moment) in enumerate(visits)}

    async def call_off(event):
        order_id = event.payload["order_id"]
        if regrets[order_id] == event.type:
            try:
                await shop.orders.cancel(order_id, "customer_request")
            except RuleBroken:
                return

    async with running(shop, bus):
        bus.subscribe(call_off, types=MOMENTS, name="customers")
        for number, (kind, led, _) in enumerate(visits):
            command = replace(FAILING[kind][0] if kind in FAILING else CREATE, order_id=f"ord-{number}")
            await shop.orders.handle(command, metadata=led)
        await settled(bus)
        ends = {(await shop.orders.load(order_id)).state.status for order_id in regrets}
    assert ends <= {OrderStatus.DELIVERED, OrderStatus.CANCELLED}
    assert clean(shop)


async def test_what_a_customer_asks_for_later_joins_the_trace_of_the_order(bus):
    shop = Shop(bus, stock=STOCK)
    async with running(shop, bus) as steps:
        await shop.orders.handle(replace(CREATE, payment=replace(CARD, account="acct-declined")), metadata=ORCHESTRATED)
        await settled(bus)
        await shop.orders.handle(replace(CREATE, order_id="ord-2"))
        await shop.orders.handle(ChangeOrderAddress("ord-2", LISBON))
        await settled(bus)
    created, changed = published(steps, "order.created")[1], published(steps, "order.address_changed")[0]
    assert (changed.correlation_id, changed.causation_id) == (created.id, None)
    assert to_plain(LISBON) == changed.payload["new_address"]


def test_only_participants_of_an_orchestrated_saga_say_so(bus):
    assert "saga" not in Participant(bus, "somebody")._event("x", None, {}).metadata
