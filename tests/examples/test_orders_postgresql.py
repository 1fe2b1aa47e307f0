"""The shop's history in a real PostgreSQL: the same store by a URL, for several writers, through a restart of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from played import ROOT, running
from postgresql_server import PostgresServer, running_postgresql

from eventscope import Event, EventBus
from examples.orders.bank_account import BankAccount
from examples.orders.catalogue import STOCK
from examples.orders.commands import ChangeOrderAddress, CreateOrder
from examples.orders.event_store import EventStore, VersionConflict
from examples.orders.order_events import Address, OrderItem, OrderStatus, Payment, PaymentMethod
from examples.orders.outbox import Outbox
from examples.orders.saga import ORCHESTRATED
from examples.orders.service import SNAPSHOT_EVERY, AggregateService
from examples.orders.system import Shop
from examples.timeline import settled

pytestmark = pytest.mark.timeout(500)  # the first test may have to install the server

LINE = OrderItem("prod-beans", "Бобы «Гуджи»", 1, Decimal("28.50"))
PARIS = Address("12 Rue des Martyrs", "Paris", "", "75009", "FR")
CREATE = CreateOrder("ord-1", "cus-7", (LINE,), PARIS, Payment(PaymentMethod.PAYPAL, "acct-1"))


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgresql() as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.new_database()


@pytest.fixture
async def store(url):
    store = EventStore(url)
    yield store
    await store.close()


def ids(stored):
    return [each.event.id for each in stored]


async def test_what_is_stored_is_read_as_it_was_and_in_its_order(store):
    events = [
        Event("x.happened", {"text": "Отправлено\u0000'%s' ?", "n": 1.5}, id=id_, priority="HIGH", source="me")
        for id_ in "abc"
    ]
    await store.append("one", 0, events[:2])
    await store.append("two", 0, events[2:])
    stored = await store.after(0)
    assert [(each.aggregate_id, each.version) for each in stored] == [("one", 1), ("one", 2), ("two", 1)]
    assert [each.event for each in stored] == events
    assert ids(await store.of("one", 1)) == ["b"]
    first = await store.first("two")
    assert first
    assert first.event.id == "c"
    assert await store.first("three") is None


async def test_who_decided_on_an_old_version_is_refused_and_nothing_is_stored(store, url):
    other = EventStore(url)
    await store.append("a", 0, [Event("x.happened")])
    with pytest.raises(VersionConflict, match="a is no longer at version 0; read it again"):
        await other.append("a", 0, [Event("y.happened"), Event("z.happened")])
    with pytest.raises(VersionConflict, match="give it another id"):
        await other.append("b", 0, [Event("y.happened"), (await store.after(0))[0].event])
    assert [each.event.type for each in await other.after(0)] == ["x.happened"]
    await other.close()


async def test_of_writers_that_decide_on_the_same_version_one_wins(store, url):
    stores = [EventStore(url) for _ in range(6)]
    tried = [each.append("a", 0, [Event("x.happened", {"n": n})]) for n, each in enumerate(stores)]
    ends = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(end is None for end in ends) == 1
    assert sum(isinstance(end, VersionConflict) for end in ends) == 5
    assert len(await store.after(0)) == 1
    for each in stores:
        await each.close()


async def test_who_follows_while_several_write_misses_nothing(store, url):
    """Numbers are given before a transaction ends: without turns a reader could pass one that is not yet there."""
    writers, got = [EventStore(url) for _ in range(6)], []

    async def write(number, into):
        for version in range(50):
            await into.append(f"agg-{number}", version, [Event("x.happened")])

    async def publish(stored):
        got.append(stored.event.id)

    outbox = Outbox(store, "broker", publish)
    writing = asyncio.gather(*(write(number, each) for number, each in enumerate(writers)))
    while not writing.done():
        await outbox.drain()
    await writing
    await outbox.drain()
    history = await store.after(0)
    assert got == ids(history)
    assert len(got) == 6 * 50
    for each in writers:
        await each.close()


async def test_a_snapshot_spares_the_history_before_it_and_changes_nothing(store):
    async with EventBus(name="bank") as bus:
        outbox = Outbox(store, "bus", lambda stored: bus.publish(stored.event))
        accounts = AggregateService(BankAccount, store, outbox, bus, "bank")
        await accounts.execute("ACC-001", lambda account: account.create("Иван Петров", Decimal("1000.00")))
        for _ in range(SNAPSHOT_EVERY + 3):
            await accounts.execute("ACC-001", lambda account: account.deposit(Decimal("0.10")))
        loaded = await accounts.load("ACC-001")
        assert await outbox.drain() == 0
    (version, state), rest = await store.latest("ACC-001")
    assert version == SNAPSHOT_EVERY
    assert [each.version for each in rest] == list(range(SNAPSHOT_EVERY + 1, loaded.version + 1))
    assert state["owner"] == "Иван Петров"
    replayed = BankAccount("ACC-001").replay((e.event.type, e.event.payload) for e in await store.of("ACC-001"))
    assert (loaded.state, loaded.version) == (replayed.state, replayed.version)
    assert loaded.state.balance == Decimal("1002.30")
    await store.keep_snapshot("ACC-001", 1, {})
    assert (await store.latest("ACC-001"))[0][0] == version, "a later one is known"


@pytest.mark.parametrize("led", [{}, ORCHESTRATED], ids=["choreography", "orchestration"])
async def test_a_shop_fulfils_its_orders_and_builds_its_projections_from_there(url, led):
    bus = EventBus(name="shop")
    shop = Shop(bus, url)
    async with running(shop, bus):
        await shop.orders.handle(CREATE, metadata=led)
        await shop.orders.handle(ChangeOrderAddress("ord-1", Address("Largo do Carmo 9", "Lisboa", "", "", "PT")))
        await settled(bus)
        assert (await shop.orders.load("ord-1")).state.status is OrderStatus.DELIVERED
        await shop.read_model.catch_up()
        shown = await shop.queries.order("ord-1")
        await shop.read_model.rebuild()
        assert await shop.queries.order("ord-1") == shown
        assert shop.inventory.stock == STOCK
    assert shown["shipping_address"]["city"] == "Lisboa"
    async with Shop(EventBus(name="shop"), url) as again:
        assert await again.queries.order("ord-1") == shown


CHILD = """
import asyncio, sys
from eventscope import EventBus, EventHandler
from random import Random
from examples.orders.scenario import order
from examples.orders.saga import ORCHESTRATED
from examples.orders.system import Shop

async def sell(url):
    bus = EventBus(name="shop")
    shop = Shop(bus, url)
    EventHandler.register_all(bus, *shop.components)
    async with shop, bus:
        for number in range(100_000):
            await shop.orders.handle(order(Random(number), f"ord-{number}"), metadata=ORCHESTRATED)
            print(number, flush=True)

asyncio.run(sell(sys.argv[1]))
"""


async def test_a_shop_that_is_killed_leaves_nothing_that_the_next_does_not_bring_to_its_end(url):
    process = subprocess.Popen([sys.executable, "-c", CHILD, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(15):
            assert await asyncio.to_thread(process.stdout.readline)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    bus = EventBus(name="shop")
    shop = Shop(bus, url)
    async with running(shop, bus):
        assert await shop.recover() > 0
        await settled(bus)
        assert await shop.queries.open_orders() == []
        assert not any((shop.inventory.reservations, shop.payments.charges, shop.shipping.parcels, shop.saga.log))
        assert shop.inventory.stock == STOCK
        assert (await shop.queries.analytics(0, 2**63 - 1))["orders"] >= 15


async def test_a_server_that_was_away_is_used_again_when_it_is_back(server, store):
    await store.append("a", 0, [Event("x.happened")])
    server.stop()
    try:
        with pytest.raises(ConnectionError, match=r"PostgreSQL cannot be used: .*; check the URL and that it runs"):
            await store.append("a", 1, [Event("y.happened")])
        with pytest.raises(ConnectionError):
            await store.after(0)
    finally:
        server.start()
    await store.append("a", 1, [Event("y.happened")])
    assert [each.event.type for each in await store.of("a")] == ["x.happened", "y.happened"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda url: url.replace(":canary", ":wrong"), "password authentication failed"),
        (lambda url: url.replace("postgresql://", "postgresql://%zz"), "the URL is none; write postgresql://USER:"),
        (lambda url: "postgresql://shop:canary@127.0.0.1:1/shop", "check the URL and that it runs"),
        (lambda url: f"{url}_none", "does not exist"),
    ],
    ids=["password", "url", "port", "database"],
)
def test_what_is_wrong_is_said_in_one_sentence_without_the_password(url, tmp_path, change, says):
    done = subprocess.run(
        [sys.executable, "-m", "examples.orders", "--seconds", "1", "--tap", str(tmp_path / "tap.sock")],
        cwd=ROOT, env={**os.environ, "ORDERS_DATABASE": change(url)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line.startswith("orders: error: ")
    assert says in line
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr


async def test_the_program_keeps_its_history_there(url, tmp_path):
    options = ("--seconds", "0.5", "--rate", "200", "--seed", "7", "--tap", str(tmp_path / "tap.sock"))
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "examples.orders", *options],
        cwd=ROOT, env={**os.environ, "ORDERS_DATABASE": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stderr
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT sequence, aggregate_id, version FROM events ORDER BY sequence").fetchall()
    assert len(rows) > 20
