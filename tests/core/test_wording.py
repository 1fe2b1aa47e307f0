"""Wording: what names of events say, in whatever style a system writes them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traces.tongues import FRENCH, GERMAN, RUSSIAN, SPANISH
from app.traces.undo import takes_back
from app.traces.wording import VERBS, stem, wording, words_of

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


# What is created, reserved, paid, refused, refunded, released and called off, in the order of TOLD.
TONGUES = {
    "German": "Bestellung.erstellt Ware.reserviert ZahlungVerarbeitet Versand.fehlgeschlagen zahlung.erstattet "
    "ware.reservierung.storniert bestellung.storniert",
    "French": "commande.créée stock.réservé PaiementTraité expédition.échouée paiement.remboursé "
    "stock.réservation.annulée commande.annulée",
    "Spanish": "pedido.creado stock.reservado PagoProcesado envío.fallido pago.reembolsado "
    "stock.reserva.cancelada pedido.cancelado",
    "Russian": "заказ.создан товар.зарезервирован ОплатаОбработана отправлен.сбой оплата.возвращена "
    "товар.резерв.отменён заказ.отменён",
}


@pytest.mark.parametrize("tongue", TONGUES)
def test_other_languages_say_the_same(tongue: str) -> None:
    created, reserved, paid, failed, refunded, released, cancelled = map(wording, TONGUES[tongue].split())
    assert [each.command for each in (created, reserved, paid, failed, refunded, released, cancelled)] == [False] * 7
    assert [each.reversible for each in (created, reserved, paid)] == [False, True, True]
    assert failed.failure
    assert [takes_back(undo, paid) for undo in (refunded, released, cancelled)] == [True, False, False]
    assert [takes_back(undo, reserved) for undo in (refunded, released, cancelled)] == [False, True, False]
    assert [takes_back(undo, created) for undo in (refunded, released, cancelled)] == [False, False, True]


def test_letters_may_be_written_as_one_sign_or_two() -> None:
    assert wording(unicodedata.normalize("NFD", "заказ.отклонён")).failure
    assert wording(unicodedata.normalize("NFD", "stock.réservé")).reversible


def test_the_languages_agree_on_what_a_word_says() -> None:
    forms = [form for tongue in (GERMAN, FRENCH, SPANISH, RUSSIAN) for each in tongue.values() for form in each.split()]
    assert len(forms) == len(set(forms))
    assert all(stem(form) in VERBS for form in forms)


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
