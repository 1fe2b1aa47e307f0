"""The shop as the monitor sees it: embedded, tapped from another process, as a table, and over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import httpx
import pytest
from played import embedded, listeners, rows_of, running, shapes, unheard

from eventscope import EventBus
from eventscope.step import Phase
from examples.orders.system import Shop

PAID = "order.created(inventory.reserved(payment.processed("
GOOD = f"{PAID}order.paid(shipping.created(order.shipped(order.delivered))))))"
LED = (
    "order.created(inventory.reserved, order.paid, order.shipped(order.delivered), payment.processed, shipping.created)"
)
BACK = "payment.refunded(inventory.reservation.cancelled(order.cancelled))"


@pytest.fixture(scope="module")
def session():
    """A monitor that has watched it embedded."""
    return asyncio.run(embedded("orders", rate=2500, seconds=0.8))


def test_the_shapes_of_its_traces(session):
    seen = shapes(session)
    assert {
        GOOD,
        LED,
        "cart.abandoned",
        "order.created(inventory.reservation.failed(order.cancelled))",
        "order.created(inventory.reserved(payment.failed(inventory.reservation.cancelled(order.cancelled))))",
        f"{PAID}order.paid(shipping.failed({BACK})))))",
        "order.created(inventory.reservation.cancelled, inventory.reserved, order.cancelled)",
    } <= set(seen)
    assert seen.most_common(1)[0][0] == GOOD


def test_one_order_is_one_trace_whatever_its_customer_does_later(session):
    traces: dict[str, set[str]] = {}
    for row in rows_of(session):
        if row.phase == Phase.PUBLISHED and row.type.startswith(("order.", "inventory.", "payment.", "shipping.")):
            traces.setdefault(json.loads(row.payload or b"{}")["order_id"], set()).add(row.correlation_id)
    assert len(traces) > 100
    assert all(len(ids) == 1 for ids in traces.values())


def test_every_cancelled_order_had_its_reservation_undone_and_no_other(session):
    types: dict[str, Counter[str]] = {}
    for row in rows_of(session):
        if row.phase == Phase.PUBLISHED:
            types.setdefault(row.correlation_id, Counter())[row.type] += 1
    cancelled = [seen for seen in types.values() if seen["order.cancelled"]]
    assert cancelled
    for seen in types.values():
        off = bool(seen["order.cancelled"])
        assert seen["inventory.reservation.cancelled"] == (seen["inventory.reserved"] if off else 0)
        assert seen["payment.refunded"] == (seen["payment.processed"] if off else 0)
        assert seen["order.created"] == off + seen["order.delivered"]


def test_mails_that_were_given_up_are_the_only_dead_letters(session):
    lost = [row for row in rows_of(session) if row.phase == Phase.DEAD_LETTERED]
    assert {(row.subscription, row.error) for row in lost} == {
        ("notifications", "Outage: smtp.example.com:587 did not answer within 10 s")
    }


def test_the_map_has_every_subscription_and_who_is_never_called(session):
    heard = listeners(session)
    assert {name for name, observed in heard.items() if not observed} <= {"loyalty_points", "order_saga_return"}
    assert not heard["loyalty_points"]
    assert set(heard) == {
        *("order_payment", "order_shipment", "order_delivery", "order_cancellation"),
        *("inventory_reservation", "inventory_release", "inventory_departure"),
        *("payment_charge", "payment_refund", "payment_books"),
        *("shipping_address", "shipping_label", "shipping_recall", "shipping_archive"),
        *("order_saga", "order_saga_return", "order_read_model"),
        *("notifications", "analytics", "audit_trail", "fraud_check", "loyalty_points"),
    }
    assert unheard(session) == {"cart.abandoned"}


ORDER = {
    "customer_id": "cus-7",
    "items": [{"product_id": "prod-beans", "product_name": "Ethiopia Guji", "quantity": 2, "unit_price": "28.50"}],
    "shipping_address": {"street": "12 Rue des Martyrs", "city": "Paris", "zip_code": "75009", "country": "FR"},
    "payment": {"method": "credit_card", "account": "acct-1"},
}


@pytest.fixture
async def shop():
    bus = EventBus(name="shop")
    shop = Shop(bus)
    async with shop, bus:  # without its components nothing happens by itself
        yield shop


@pytest.fixture
async def served(shop):
    from examples.orders.api import create_app

    transport = httpx.ASGITransport(create_app(shop))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


async def test_an_order_is_placed_changed_and_brought_to_the_door_over_http(served):
    placed = await served.post("/orders", json=ORDER)
    assert placed.status_code == 201
    place = f"/orders/{placed.json()['order_id']}"
    line = {"product_id": "prod-filter", "product_name": "Filters", "quantity": 3, "unit_price": "5.90"}
    assert (await served.post(f"{place}/items", json=line)).json() == {"status": "pending", "version": 2}
    assert (await served.delete(f"{place}/items/prod-filter", params={"quantity": 1})).status_code == 200
    address = {"street": "Largo do Carmo 9", "city": "Lisboa", "country": "PT"}
    assert (await served.put(f"{place}/address", json=address)).status_code == 200
    paid = {"payment_id": "pay-1", "payment_method": "paypal", "amount": "68.80"}
    assert (await served.post(f"{place}/payment", json=paid)).json()["status"] == "paid"
    parcel = {"tracking_number": "T1", "carrier": "DHL"}
    assert (await served.post(f"{place}/shipment", json=parcel)).json()["status"] == "shipped"
    assert (await served.post(f"{place}/delivery")).json() == {"status": "delivered", "version": 7}
    shown = (await served.get(place)).json()
    assert (shown["status"], shown["total_amount"], shown["shipping_address"]["city"]) == (
        "delivered",
        "68.80",
        "Lisboa",
    )
    assert [item["quantity"] for item in shown["items"]] == [2, 2]
    history = (await served.get(f"{place}/history")).json()
    assert [each["version"] for each in history] == list(range(1, 8))


async def test_what_the_rules_do_not_allow_is_said_over_http(served):
    place = f"/orders/{(await served.post('/orders', json=ORDER)).json()['order_id']}"
    refused = await served.post(f"{place}/delivery")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "an order can be delivered while it is shipped, not pending",
    )
    assert (await served.get("/orders/nobody")).status_code == 404
    assert (await served.post("/orders/nobody/delivery")).status_code == 409
    assert (await served.post("/orders", json={**ORDER, "items": []})).status_code == 409
    assert (await served.post("/orders", json={"customer_id": "x"})).status_code == 422


async def test_orders_are_listed_and_counted_over_http(served):
    for customer in ("cus-1", "cus-2", "cus-2"):
        await served.post("/orders", json={**ORDER, "customer_id": customer})
    listed = (await served.get("/orders", params={"customer_id": "cus-2", "page_size": 1, "page": 2})).json()
    assert [(order["customer_id"], order["item_count"]) for order in listed["orders"]] == [("cus-2", 1)]
    assert (await served.get("/orders", params={"status": "paid"})).json()["orders"] == []
    figures = (await served.get("/analytics")).json()
    assert figures == {"orders": 3, "by_status": {"pending": 3}, "revenue": "171.00"}
    before = (await served.get("/orders")).json()
    assert (await served.post("/projections/rebuild")).status_code == 200
    assert (await served.get("/orders")).json() == before


async def test_a_shop_at_work_fulfils_an_order_that_came_over_http():
    from examples.orders.api import create_app

    bus = EventBus(name="shop")
    shop = Shop(bus)
    async with (
        running(shop, bus),
        httpx.AsyncClient(transport=httpx.ASGITransport(create_app(shop)), base_url="http://shop") as client,
    ):
        order_id = (await client.post("/orders", json=ORDER)).json()["order_id"]
        await bus.stop()
        assert (await client.get(f"/orders/{order_id}")).json()["status"] == "delivered"
