"""An order outlives the process: killed before any of its writes, it is brought to its end by the next one."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from played import ROOT, published, running
from processes import wait_until

from eventscope import EventBus
from examples.orders.catalogue import STOCK
from examples.orders.order_events import OrderStatus
from examples.orders.system import Shop
from examples.timeline import settled

# Carries out one order again and again, each time in a process of its own over a file of its own, and kills that
# process before its first write, its second, and so on, until one comes to its end. Of every second file the process
# that goes on with it is killed as well.
VICTIMS = """
import asyncio, os, signal, sys
from decimal import Decimal
from eventscope import EventBus, EventHandler
from eventscope.step import Phase
from examples.orders.commands import CancelOrder, CreateOrder
from examples.orders.order_events import Address, OrderItem, Payment, PaymentMethod
from examples.orders.saga import ORCHESTRATED
from examples.orders.system import Shop
from examples.timeline import settled

folder, kind, led = sys.argv[1:]
country = "AQ" if kind == "undeliverable" else "FR"
account = "acct-declined" if kind == "unpaid" else "acct-1"
LINE = OrderItem("prod-beans", "Beans", 2, Decimal("28.50"))
CREATE = CreateOrder("ord-1", "cus-7", (LINE,), Address("1 Road", "Paris", "", "", country),
                     Payment(PaymentMethod.CREDIT_CARD, account))

async def sell(path, deadly, again):
    bus = EventBus(name="shop")
    shop = Shop(bus, path)
    database, writes = shop.store.database, 0
    transaction = database._in_transaction

    def mortal(work):
        def then_die(connection):
            nonlocal writes
            made = work(connection)
            writes += connection.in_transaction
            if writes == deadly and connection.in_transaction:
                os.kill(os.getpid(), signal.SIGKILL)
            return made
        return transaction(then_die)

    database._in_transaction = mortal
    EventHandler.register_all(bus, *shop.components)

    async def call_off(event):
        await shop.orders.handle(CancelOrder("ord-1", "customer_request"))

    if kind == "regretted":
        bus.subscribe(call_off, types="payment.processed", name="customer")
    async with shop, bus:
        if again:
            await shop.recover()
        else:
            await shop.orders.handle(CREATE, metadata=ORCHESTRATED if led == "led" else {})
        await settled(bus)

def killed(path, deadly, again=False):
    child = os.fork()
    if not child:
        asyncio.run(sell(path, deadly, again))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL, status
    return status != 0

deadly = 1
while killed(f"{folder}/{deadly}.db", deadly):
    if deadly % 2 == 0:
        killed(f"{folder}/{deadly}.db", 1 + deadly % 3, again=True)
    deadly += 1
print(deadly)
"""

KINDS = ("good", "unpaid", "undeliverable", "regretted")


def clean(shop: Shop) -> bool:
    """Nothing is set aside, charged, on its way or noted, and all stock is on the shelves."""
    left = (shop.inventory.reservations, shop.payments.charges, shop.shipping.parcels, shop.saga.log)
    return not any(left) and shop.inventory.stock == STOCK


async def recovered(path: Path) -> tuple[OrderStatus | None, list[str]]:
    """The end of the order after another process went on with it, and what that published; checks what is left."""
    bus = EventBus(name="shop")
    shop = Shop(bus, path)
    async with running(shop, bus) as steps:
        await shop.recover()
        await settled(bus)
        order = await shop.orders.load("ord-1")
        await shop.recovery.look()
        assert await shop.recover() == 0, "nothing is left to go on with"
        assert clean(shop)
    types = [event.type for event in published(steps)]
    return (order.state.status if order.version else None), types


@pytest.mark.parametrize("led", ["led", "unled"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_shop_killed_before_any_write_leaves_nothing_that_the_next_does_not_bring_to_its_end(
    tmp_path, kind, led
):
    victims = [sys.executable, "-c", VICTIMS, str(tmp_path), kind, led]
    done = await asyncio.to_thread(
        subprocess.run, victims, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    ends, resumed = [], 0
    for deadly in range(1, int(done.stdout) + 1):
        end, types = await recovered(tmp_path / f"{deadly}.db")
        ends.append(end)
        resumed += "order.saga_resumed" in types
    assert len(ends) > 8
    assert ends[0] is None, "killed before the order was stored"
    expected = {OrderStatus.DELIVERED} if kind == "good" else {OrderStatus.CANCELLED}
    if kind == "regretted":  # a customer who was cut off in the middle may not have called it off at all
        expected |= {OrderStatus.DELIVERED}
    assert set(ends[1:]) <= expected
    assert ends[-1] is (OrderStatus.DELIVERED if kind == "good" else OrderStatus.CANCELLED)
    assert bool(resumed) == (led == "led")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_a_program_that_was_ended_in_the_middle_of_many_orders_is_gone_on_with(tmp_path, number):
    path = tmp_path / "shop.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.orders", "--rate", "400", "--tap", str(tmp_path / "tap.sock")],
        cwd=ROOT, env={**os.environ, "ORDERS_DATABASE": str(path)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.to_thread(wait_until, lambda: stored_in(path) > 150, 40)
        process.send_signal(number)
        assert await asyncio.to_thread(process.wait, 20) == (-number if number == signal.SIGKILL else 0)
    finally:
        process.kill()
    bus = EventBus(name="shop")
    shop = Shop(bus, path)
    async with running(shop, bus):
        begun = await shop.recover()
        assert begun > 0 or number == signal.SIGINT, "a signal that asks lets it finish what it can"
        await settled(bus)
        assert await shop.queries.open_orders() == []
        assert clean(shop)
        assert (await shop.queries.analytics(0, 2**63 - 1))["orders"] > 30


def stored_in(path: Path) -> int:
    """How many events are in a file, which may not be there yet."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM events").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
