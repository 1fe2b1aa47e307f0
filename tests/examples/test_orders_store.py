"""The shop's history: replayed, upgraded, cut short by snapshots, projected, fought over, and killed in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played import running
from processes import wait_until

from eventscope import Event, EventBus
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
from examples.orders.event_store import EventStore, VersionConflict
from examples.orders.order import Order, OrderState
from examples.orders.order_events import Address, OrderItem, Payment, PaymentMethod
from examples.orders.order_service import OrderService
from examples.orders.outbox import Outbox
from examples.orders.plain import from_plain, to_plain
from examples.orders.read_model import ReadModel
from examples.orders.service import SNAPSHOT_EVERY
from examples.orders.system import Shop
from examples.orders.upgrades import STEPS, current_version, upgrade

ROOT = Path(__file__).resolve().parents[2]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
amounts = st.decimals(0, 900, places=2)
addresses = st.builds(
    Address, texts.map("s".__add__), texts.map("c".__add__), texts, texts, st.sampled_from(["FR", ""])
)
items = st.builds(OrderItem, st.sampled_from(["p1", "p2", "p3"]), texts, st.integers(1, 3), amounts)
payments = st.builds(Payment, st.sampled_from(PaymentMethod), texts)


def commands_on(order_id: str) -> st.SearchStrategy[list]:
    """A creation, and what customers and services may ask for afterwards in any order."""
    some = st.just(order_id)
    creation = st.builds(
        CreateOrder, some, texts, st.lists(items, min_size=1, max_size=3).map(tuple), addresses, payments
    )
    change = st.one_of(
        st.builds(AddOrderItem, some, items),
        st.builds(RemoveOrderItem, some, st.sampled_from(["p1", "p2", "p3"]), st.integers(1, 3)),
        st.builds(ChangeOrderAddress, some, addresses),
        st.just("pay"),
        st.builds(ShipOrder, some, st.just("T1"), st.just("DHL")),
        st.builds(DeliverOrder, some),
        st.builds(CancelOrder, some, st.just("regret")),
    )
    return st.tuples(creation, st.lists(change, max_size=30)).map(lambda pair: [pair[0], *pair[1]])


async def carry_out(orders: OrderService, commands: list) -> Order:
    """Carry out what the rules allow; the order as it was in memory all the time."""
    order = Order(commands[0].order_id)
    for command in commands:
        if command == "pay":
            command = PayOrder(order.id, "pay-1", PaymentMethod.PAYPAL, order.state.total_amount)
        with suppress(RuleBroken):
            await orders.handle(command)
        with suppress(RuleBroken):
            command(order)
    return order


# Replay


@settings(max_examples=25, deadline=None)
@given(commands_on("ord-1"))
async def test_replaying_the_history_gives_the_same_state_with_and_without_a_snapshot(commands):
    bus = EventBus(name="shop")
    store = EventStore()
    async with bus:
        orders = OrderService(store, Outbox(store, "bus", lambda stored: bus.publish(stored.event)), bus)
        order = await carry_out(orders, commands)
        loaded = await orders.load("ord-1")
        history = await store.of("ord-1")
    replayed = Order("ord-1").replay((each.event.type, each.event.payload) for each in history)
    assert (loaded.state, loaded.version) == (order.state, order.version) == (replayed.state, replayed.version)
    assert [each.version for each in history] == list(range(1, order.version + 1))
    await store.close()


@settings(max_examples=50)
@given(
    st.builds(OrderState, texts, st.lists(items).map(tuple), shipping_address=st.none() | addresses, payment=payments)
)
def test_a_state_is_the_same_after_it_was_json(state):
    assert from_plain(OrderState, json.loads(json.dumps(to_plain(state)))) == state


async def test_a_snapshot_spares_the_history_before_it_and_changes_nothing(tmp_path):
    shop = Shop(EventBus(name="shop"), tmp_path / "shop.db")
    async with running(shop, shop.event_bus):
        await shop.orders.handle(creation("ord-1", account="acct-declined"))
        for number in range(3 * SNAPSHOT_EVERY):
            street = Address(f"{number} Road", "Paris", "", "", "FR")
            with suppress(RuleBroken):
                await shop.orders.handle(ChangeOrderAddress("ord-1", street), metadata={"saga": "orchestration"})
        loaded = await shop.orders.load("ord-1")
        snapshot, _ = await shop.store.latest("ord-1")
        version = snapshot[0] if snapshot else 0
        history = await shop.store.of("ord-1")
        assert version >= loaded.version - SNAPSHOT_EVERY
        assert version % SNAPSHOT_EVERY == 0 or len(history) < SNAPSHOT_EVERY
        whole = Order("ord-1").replay((each.event.type, each.event.payload) for each in history)
        assert whole.state == loaded.state
        assert len(await shop.store.of("ord-1", version)) == loaded.version - version


# Upgrades

OLD = {
    "customer_id": "cus-7",
    "items": [{"product_id": "p1", "product_name": "Beans", "quantity": 2, "unit_price": 28.5}],
    "total_amount": 57.0,
    "shipping_address": "12 Rue des Martyrs, 75009 Paris, FR",
}


async def test_a_history_of_every_version_gives_the_state_of_today():
    second = STEPS["order.created"][0](dict(OLD))
    third = upgrade("order.created", 1, OLD)
    states = set()
    for version, created in enumerate((OLD, second, third), 1):
        bus, store = EventBus(name="shop"), EventStore()
        moved = {"new_address": "Largo do Carmo 9, 1200-092 Lisboa, PT"}
        await store.append("ord-1", 0, [stored_event("order.created", created, version)])
        await store.append("ord-1", 1, [stored_event("order.address_changed", moved, 1)])
        orders = OrderService(store, Outbox(store, "bus", lambda stored: bus.publish(stored.event)), bus)  # noqa: B023
        async with bus:
            read_model = ReadModel(store, bus)
            await read_model.catch_up()
            shown = await rows_of(read_model, "orders")
            await read_model.database.close()
            states.add((await orders.load("ord-1")).state)
        assert shown[0][3] == "57.0"
        assert json.loads(shown[0][4])["city"] == "Lisboa"
        await store.close()
    (state,) = states
    assert state.shipping_address == Address("Largo do Carmo 9", "Lisboa", "", "1200-092", "PT")
    assert state.total_amount == Decimal("57.0")
    assert state.payment == Payment(PaymentMethod.CREDIT_CARD, "")
    assert current_version("order.created") == 3


def stored_event(type_: str, payload: dict, version: int) -> Event:
    return Event(type_, {"order_id": "ord-1", **payload}, metadata={"event_version": version})


@pytest.mark.parametrize("text", ["", "Somewhere", "a, b", "a, 1 b, c, d", ",,,"])
def test_an_old_address_is_read_however_it_was_written(text):
    address = upgrade("order.address_changed", 1, {"new_address": text})["new_address"]
    assert set(address) == {"street", "city", "state", "zip_code", "country"}


# The read model


def creation(order_id: str, account: str = "acct-1") -> CreateOrder:
    line = OrderItem("prod-beans", "Beans", 1, Decimal("28.50"))
    payment = Payment(PaymentMethod.CREDIT_CARD, account)
    return CreateOrder(order_id, "cus-7", (line,), Address("1 Road", "Paris", "", "", "FR"), payment)


async def rows_of(read_model: ReadModel, table: str) -> list[tuple]:
    return await read_model.database.run(lambda db: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall())


@settings(max_examples=15, deadline=None)
@given(commands_on("ord-1"), commands_on("ord-2"))
async def test_a_rebuilt_projection_equals_the_one_that_followed_and_both_equal_the_aggregates(first, second):
    bus = EventBus(name="shop")
    store = EventStore()
    read_model = ReadModel(store, bus)
    orders = OrderService(store, Outbox(store, "bus", lambda stored: bus.publish(stored.event)), bus)
    async with bus:
        for commands in (first, second):
            await carry_out(orders, commands)
            await read_model.catch_up()
        live = [await rows_of(read_model, table) for table in ("orders", "order_items", "progress")]
        for order_id, row in zip(("ord-1", "ord-2"), live[0], strict=True):
            state = (await orders.load(order_id)).state
            assert row[:3] == (order_id, state.customer_id, state.status.value)
            assert Decimal(row[3]) == state.total_amount
        await read_model.rebuild()
        assert [await rows_of(read_model, table) for table in ("orders", "order_items", "progress")] == live
    await store.close()
    await read_model.database.close()


async def test_a_projection_that_missed_notices_catches_up_with_the_next(tmp_path):
    path = tmp_path / "shop.db"
    async with Shop(EventBus(name="shop"), path) as shop, shop.event_bus:
        for number in range(3):
            await shop.orders.handle(creation(f"ord-{number}"))
    async with Shop(EventBus(name="shop"), path) as again:
        assert len(await rows_of(again.read_model, "orders")) == 3


# Conflicts


async def test_who_decided_on_an_old_version_is_refused_and_nothing_is_stored():
    store = EventStore()
    await store.append("a", 0, [Event("x.happened", {}), Event("y.happened", {})])
    with pytest.raises(VersionConflict, match="a is no longer at version 1; read it again"):
        await store.append("a", 1, [Event("z.happened", {})])
    assert [each.event.type for each in await store.of("a")] == ["x.happened", "y.happened"]
    await store.close()


async def test_another_process_that_was_faster_is_a_conflict_too(tmp_path):
    path = tmp_path / "shop.db"
    mine, theirs = EventStore(path), EventStore(path)
    await mine.append("a", 0, [Event("x.happened", {})])
    with pytest.raises(VersionConflict):
        await theirs.append("a", 0, [Event("x.happened", {})])
    await mine.close()
    await theirs.close()


async def test_commands_that_collide_are_decided_anew_so_that_none_is_lost():
    bus = EventBus(name="shop")
    async with Shop(bus) as shop, bus:
        await shop.orders.handle(creation("ord-1"))
        lines = [AddOrderItem("ord-1", OrderItem(f"p{n}", "", 1, Decimal(1))) for n in range(4)]
        await asyncio.gather(*map(shop.orders.handle, lines))
        order = await shop.orders.load("ord-1")
    assert order.version == 5
    assert {item.product_id for item in order.state.items} == {"prod-beans", "p0", "p1", "p2", "p3"}


# Between database and broker

CHILD = """
import asyncio, os, sys
from examples.orders.event_store import EventStore
from examples.orders.outbox import Outbox
from examples.orders.order_service import OrderService
from eventscope import EventBus
from examples.orders.scenario import order
from random import Random

async def main(path, broker, dies_after):
    store = EventStore(path)
    count = 0
    async def publish(stored):
        nonlocal count
        count += 1
        if count == dies_after:
            os.kill(os.getpid(), 9)
        with open(broker, "a") as file:
            file.write(stored.event.id + "\\n")
    outbox = Outbox(store, "broker", publish)
    orders = OrderService(store, outbox, EventBus())
    for number in range(100_000):
        await orders.handle(order(Random(number), f"ord-{number}"))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def child(path: Path, broker: Path, dies_after: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(broker), str(dies_after)], cwd=ROOT)


def stored_ids(path: Path) -> list[str]:
    with sqlite3.connect(path) as db:
        ids = [row[0] for row in db.execute("SELECT event_id FROM events ORDER BY sequence")]
    db.close()
    return ids


@pytest.mark.parametrize("dies_after", [1, 3, 0], ids=["at once", "between", "from outside"])
async def test_a_process_killed_between_database_and_broker_loses_no_event(tmp_path, dies_after):
    path, broker = tmp_path / "shop.db", tmp_path / "broker.txt"
    broker.touch()
    process = child(path, broker, dies_after)
    if not dies_after:
        wait_until(lambda: len(broker.read_text().splitlines()) > 20 or process.poll() is not None)
        os.kill(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    stored = stored_ids(path)
    before = broker.read_text().split()
    assert len(stored) >= max(dies_after, 1)
    assert set(before) <= set(stored)
    if dies_after:
        assert len(before) == dies_after - 1 < len(stored)

    store = EventStore(path)

    async def publish(each):
        with broker.open("a") as file:
            file.write(each.event.id + "\n")

    await Outbox(store, "broker", publish).drain()
    assert await Outbox(store, "broker", publish).drain() == 0
    await store.close()
    after = broker.read_text().split()
    assert list(dict.fromkeys(after)) == stored  # each of them, in its order; one may be there twice
    assert len(after) - len(stored) <= 1


async def test_what_could_not_be_published_waits_and_what_was_is_not_published_again():
    store, got = EventStore(), []
    away = {"c"}

    async def publish(stored):
        if stored.event.id in away:
            raise ConnectionError("away")
        got.append(stored.event.id)

    outbox = Outbox(store, "broker", publish)
    await store.append("a", 0, [Event("x.happened", {}, id=id_) for id_ in "abcd"])
    with pytest.raises(ConnectionError):
        await outbox.drain()
    assert got == ["a", "b"]
    away.clear()
    assert await outbox.drain() == 2
    assert got == ["a", "b", "c", "d"]
    await store.close()
