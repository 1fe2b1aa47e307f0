"""The small aggregates beside the order: a bank account and a product, over the same store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventscope import EventBus
from examples.orders.aggregate import RuleBroken
from examples.orders.bank_account import BankAccount
from examples.orders.event_store import EventStore
from examples.orders.outbox import Outbox
from examples.orders.product import ListProducts, Product, ProductCatalogue
from examples.orders.service import AggregateService


@pytest.fixture
async def bus() -> AsyncIterator[EventBus]:
    async with EventBus(name="variants") as bus:
        yield bus


@pytest.fixture
async def store() -> AsyncIterator[EventStore]:
    store = EventStore()
    yield store
    await store.close()


async def test_the_account_of_the_seed_document_has_its_balance_and_its_history(bus, store):
    outbox = Outbox(store, "bus", lambda stored: bus.publish(stored.event))
    accounts = AggregateService(BankAccount, store, outbox, bus, "bank")
    await accounts.execute("ACC-001", lambda account: account.create("John Doe", Decimal("1000.00")))
    await accounts.execute("ACC-001", lambda account: account.deposit(Decimal("500.00"), "Salary"))
    await accounts.execute("ACC-001", lambda account: account.withdraw(Decimal("200.00"), "Grocery shopping"))
    assert (await accounts.load("ACC-001")).state.balance == Decimal("1300.00")
    assert [each.event.type for each in await store.of("ACC-001")] == [
        "account.created",
        "account.money_deposited",
        "account.money_withdrawn",
    ]


@given(st.lists(st.decimals(-50, 50, places=2)))
def test_a_balance_is_never_below_nothing(amounts):
    account = BankAccount("a")
    account.create("Jo")
    balance = Decimal(0)
    for amount in amounts:
        try:
            account.deposit(amount) if amount > 0 else account.withdraw(-amount)
            balance += amount
        except RuleBroken:
            assert amount == 0 or -amount > balance
    assert account.state.balance == balance >= 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (lambda account: account.withdraw(Decimal(11)), "insufficient funds: the balance is 10"),
        (lambda account: account.withdraw(Decimal(0)), "a withdrawal is more than 0"),
        (lambda account: account.deposit(Decimal(-1)), "a deposit is more than 0"),
        (lambda account: account.close("moved"), "closed when it is empty; the balance is 10"),
        (lambda account: account.create("Jo"), "account a is already there"),
    ],
)
def test_what_an_account_does_not_allow_is_said(command, sentence):
    account = BankAccount("a")
    account.create("Jo", Decimal(10))
    with pytest.raises(RuleBroken, match=sentence):
        command(account)
    assert account.version == 1


def test_a_closed_account_takes_nothing_any_more():
    account = BankAccount("a")
    account.create("Jo")
    account.close("moved")
    with pytest.raises(RuleBroken, match="account a is not open"):
        account.deposit(Decimal(1))


async def test_products_are_written_to_their_history_and_listed_from_the_catalogue(bus, store):
    outbox = Outbox(store, "bus", lambda stored: bus.publish(stored.event))
    products = AggregateService(Product, store, outbox, bus, "products")
    for number, name in enumerate(("Kettle", "Scale", "Carafe")):
        price = Decimal(20 * (number + 1))
        await products.execute(f"p{number}", lambda p: p.create(name, "for coffee", price, "brew"))  # noqa: B023
    catalogue = ProductCatalogue(store)
    await catalogue.catch_up()
    await products.execute("p1", lambda product: product.update(price=Decimal("45.50")))
    with pytest.raises(RuleBroken, match="a price is more than 0"):
        await products.execute("p1", lambda product: product.update(price=Decimal(0)))
    await catalogue.catch_up()
    assert catalogue.products["p1"] == (await products.load("p1")).state
    assert [id_ for id_, _ in catalogue.list(ListProducts(min_price=Decimal(40), search_text="a"))] == ["p2", "p1"]
    assert [id_ for id_, _ in catalogue.list(ListProducts(category="brew", page=2, page_size=2))] == ["p1"]
    assert catalogue.list(ListProducts(category="tea")) == []
