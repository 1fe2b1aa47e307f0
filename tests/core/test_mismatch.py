"""Mismatches: a clause that can select nothing is told by the event that shows it."""

from __future__ import annotations

import pytest

from app.filter.mismatch import mismatch
from app.filter.query import parse
from app.store.store import Store
from eventscope.connector import Block, Record

PAID = Record(
    type="paid", payload=b'{"total": 99.5, "code": "12 EUR", "items": [{"sku": "A"}], "to": {"city": "Oslo"}}',
    headers='[["X-Tenant", "acme"]]',
)  # fmt: skip


def store_of(*rows: Record) -> Store:
    store = Store()
    store.append("s", Block.of(rows), 1)
    return store


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("payload.total>abc", "payload.total is a number such as 99.5 in row 2, and “abc” is none."),
        ("type:paid payload.total:abc", "payload.total is a number such as 99.5 in row 2, and “abc” is none."),
        ("payload.code>10", "payload.code is a text such as 12 EUR in row 2; only numbers compare with a number."),
        (
            "payload.to:Oslo",
            'payload.to is no plain value such as {"city":"Oslo"} in row 2; name a place inside of it.',
        ),
        ("payload.totl>10", "No recent event has payload.totl; did you mean payload.total?"),
        ("payload.city:Oslo", "No recent event has payload.city; did you mean payload.to.city?"),
        ("header.x-tenannt:acme", "No recent event has header.x-tenannt; did you mean header.X-Tenant?"),
        ("(key:a or header.x-tenant>5)", "header.x-tenant is a text such as acme in row 2; only numbers compare with"),
    ],
)
def test_what_speaks_against_a_clause_is_said_with_its_row(text: str, sentence: str) -> None:
    found = mismatch(parse(text).tree, store_of(PAID, PAID))
    assert found is not None
    assert found.sentence.startswith(sentence)
    assert found.seq == (None if "No recent" in sentence else 2)


@pytest.mark.parametrize(
    "text",
    ["", "type:x", "payload.total>100", "payload.total:9*", "payload.code:x", "-payload.totl>10", "payload.total:5,a"],
)
def test_what_may_select_something_is_not_complained_about(text: str) -> None:
    assert mismatch(parse(text).tree, store_of(PAID)) is None


def test_payloads_that_are_no_json_are_said() -> None:
    found = mismatch(parse("payload.total>1").tree, store_of(Record(type="raw", payload=b"\x00\x01")))
    assert found is not None
    assert found.sentence.startswith("The payloads of recent events are no JSON, as in row 1")
    assert found.seq == 1


def test_values_of_several_kinds_are_no_mismatch() -> None:
    store = store_of(PAID, PAID._replace(payload=b'{"total": "free"}'))
    assert mismatch(parse("payload.total>1000").tree, store) is None


def test_without_events_nothing_can_be_said() -> None:
    assert mismatch(parse("payload.total>1").tree, Store()) is None
