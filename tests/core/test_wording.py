"""Wording: what names of events say, in whatever style a system writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traces.wording import stem, wording, words_of

UNDOING = [
    "inventory.reservation.cancelled",
    "InventoryReleased",
    "payment.refunded",
    "refund_payment",
    "CancelReservation",
    "urn:message:Shop.Contracts:OrderCancelled",
    "Shop.Contracts.PaymentReversed, Shop.Contracts",
    "order.rolled_back",
    "RoutingSlipActivityCompensated",
]
STEPS = ["inventory.reserved", "payment.processed", "OrderPaid", "shipping.created", "seat.booked", "CreditAuthorized"]
FAILURES = [
    "payment.failed",
    "inventory.reservation.failed",
    "order.payment_rejected",
    "CreditLimitExceeded",
    "dna.constraint_violated",
    "payment.timed_out",
    "error.compensation_failed",
    "OrderProcessingFault",
]
ORDINARY = [
    "order.created",
    "user.upserted",
    "meaning.found",
    "defect.status_changed",
    "token.updated",
    "",
    "x",
    "заказ",
]


@pytest.mark.parametrize("name", UNDOING)
def test_names_that_take_something_back(name: str) -> None:
    said = wording(name)
    assert said.undoes is not None
    assert not said.failure
    assert not said.reversible


@pytest.mark.parametrize("name", STEPS)
def test_names_of_steps_that_can_be_taken_back(name: str) -> None:
    assert wording(name).reversible


@pytest.mark.parametrize("name", FAILURES)
def test_names_of_failures(name: str) -> None:
    said = wording(name)
    assert said.failure
    assert not said.reversible


@pytest.mark.parametrize("name", ORDINARY)
def test_names_that_say_nothing_of_the_kind(name: str) -> None:
    said = wording(name)
    assert (said.undoes, said.failure, said.reversible) == (None, False, False)


@pytest.mark.parametrize("name", ["ReserveStock", "reserve_stock", "refund_payment", "cancel.order"])
def test_imperatives_are_commands(name: str) -> None:
    assert wording(name).command


@pytest.mark.parametrize("name", ["payment.refunded", "PaymentAuthorized", "shipping.created", "charge.failed"])
def test_facts_are_no_commands(name: str) -> None:
    assert not wording(name).command


def test_a_deletion_takes_back_only_as_an_answer() -> None:
    assert wording("token.deleted").answers


@pytest.mark.parametrize(
    "forms",
    [
        ("reserve", "reserved", "reservation", "reservations"),
        ("pay", "paid", "payment"),
        ("ship", "shipped", "shipment", "shipping"),
        ("allocate", "allocated", "allocation"),
        ("cancel", "cancelled", "canceled", "cancellation"),
        ("authorize", "authorized", "authorization"),
        ("create", "created", "creation"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len(set(map(stem, forms))) == 1


def test_namespaces_are_no_words() -> None:
    assert words_of("Acme.Shop.Contracts.OrderCancelled, Acme.Shop") == ["order", "cancelled"]
    assert words_of("urn:message:Acme:OrderCancelled") == ["order", "cancelled"]


@given(st.text(max_size=300))
def test_any_name_has_a_wording(name: str) -> None:
    said = wording(name)
    assert said.subject <= said.stems
    assert not (said.reversible and said.failure)
