"""Events that were stored by older versions of the shop, brought to the form of today when they are read.

A history is never rewritten. Each step takes the payload of one version to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from examples.orders.order import CURRENCY

__all__ = ["Upgrade", "current_version", "upgrade"]

Payload = dict[str, Any]
Upgrade = Callable[[str, int, Mapping[str, Any]], Mapping[str, Any]]


def address_of(text: str) -> Payload:
    """The address that was written in one line: `street, zip city, country`, as far as it says."""
    street, city, country = (*(part.strip() for part in text.split(",", 2)), "", "")[:3]
    code, _, name = city.partition(" ")
    has_code = any(letter.isdigit() for letter in code)
    zip_code, city = (code, name) if has_code else ("", city)
    return {"street": street, "city": city, "state": "", "zip_code": zip_code, "country": country}


def created_with_address(old: Payload) -> Payload:
    """An address was a line of text, and an amount a number."""
    items = [item | {"unit_price": str(item["unit_price"])} for item in old["items"]]
    address = address_of(old["shipping_address"])
    return old | {"items": items, "total_amount": str(old["total_amount"]), "shipping_address": address}


def created_with_payment(old: Payload) -> Payload:
    """There was one currency, and every order was paid by credit card."""
    return old | {"currency": CURRENCY, "payment": {"method": "credit_card", "account": ""}}


def changed_address(old: Payload) -> Payload:
    """An address was a line of text."""
    return old | {"new_address": address_of(old["new_address"])}


STEPS: Final[Mapping[str, tuple[Callable[[Payload], Payload], ...]]] = {
    "order.created": (created_with_address, created_with_payment),
    "order.address_changed": (changed_address,),
}
"""By event type, the steps from version 1 on."""


def current_version(type_: str) -> int:
    """The version in which events of a type are written today."""
    return len(STEPS.get(type_, ())) + 1


def upgrade(type_: str, version: int, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """A payload of `version` as it would be written today."""
    upgraded = dict(payload)
    for step in STEPS.get(type_, ())[version - 1 :]:
        upgraded = step(upgraded)
    return upgraded
