"""Fields of events: what their cells say, whatever the event holds, and which of them recent events have."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.columns.fields import FIELDS, field_of
from app.columns.observed import observed_places, recent, recent_texts
from app.columns.wording import CELL_LIMIT
from app.display import has_hidden
from app.filter.matches import Matches
from app.filter.query import parse
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
TEXTS = st.none() | st.text(max_size=30)


def stored(*records: Record) -> Store:
    store = Store()
    store.append("source", Block.of(list(records)), 1)
    return store


def event(**values: Any) -> StoredEvent:
    return stored(Record(**{"type": "t", "priority": 1} | values)).event(1)


def said(name: str, **values: Any) -> str:
    return field_of(name).write(event(**values))


PAYLOAD = b'{"total": 31.50, "big": 123456789012345678901, "ok": true, "no": null, "items": [{"sku": "A"}, {"sku": 7}]}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("payload.total", "31.5"),
        ("payload.ok", "true"),
        ("payload.no", "null"),
        ("payload.items[*].sku", "A, 7"),
        ("payload.items[1]", '{"sku":7}'),
        ("payload.items[2]", ""),
        ("payload.total.deeper", ""),
        ("header.x-TENANT", "acme"),
        ("header.other", ""),
        ("queue", "1.50"),
        ("attempt", "2"),
        ("size", "107 B"),
    ],
)
def test_what_a_cell_says(name: str, text: str) -> None:
    headers = '[["X-Tenant", "acme"], ["x-tenant", "second"]]'
    assert said(name, payload=PAYLOAD, headers=headers, queue_ns=1_500_000, attempt=2) == text


@pytest.mark.parametrize("name", ["", "nothing", "header.", "payload.", "payload.[", "payload.a..b", "Type"])
def test_what_is_no_field_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        field_of(name)


@given(payload=ANY_JSON.map(msgspec.json.encode) | st.binary(max_size=30), headers=st.none() | st.text(max_size=40))
def test_no_payload_and_no_headers_break_a_cell(payload: bytes, headers: str | None) -> None:
    odd = event(payload=payload, headers=headers)
    for name in ("payload.a", "payload.a[*].b", "payload.items[0]", "header.a", *FIELDS):
        text = field_of(name).write(odd)
        assert len(text) < CELL_LIMIT + 100
        assert not has_hidden(text)
        assert "\n" not in text
        if clause := field_of(name).clause(odd):
            parse(clause)


@given(type=TEXTS, key=TEXTS, id=TEXTS, error=TEXTS, correlation_id=TEXTS, producer=TEXTS, channel=TEXTS)
def test_the_filter_of_a_text_selects_its_event(**values: str | None) -> None:
    store = stored(Record(**{"priority": 1} | values))  # type: ignore[arg-type]
    names = {"correlation_id": "correlation"}
    for field in values:
        clause = FIELDS[names.get(field, field)].clause(store.event(1))
        assert parse(clause).mask(store.chunks[0], 0, 1)[0], clause


def test_long_values_and_objects_make_no_filter() -> None:
    long = event(type="x" * 5_000, payload=b'{"a": {"b": 1}}')
    assert FIELDS["type"].clause(long) == ""
    assert field_of("payload.a").clause(long) == ""
    assert field_of("payload.gone").clause(long) == "-payload.gone:*"


def test_a_name_that_is_hostile_is_shown_as_it_is() -> None:
    assert "\u202e" not in field_of("header.a\u202eb").title


def test_places_of_recent_events_are_offered_the_commonest_first() -> None:
    common = json.dumps({"total": 1, "items": [{"sku": "A"}], "a.b": 1, "": 2}).encode()
    rare = json.dumps({"coupon": {"code": "X"}}).encode()
    headers = json.dumps([["x-tenant", "a"]])
    store = stored(
        *[Record(type="t", priority=1, payload=common, headers=headers)] * 3,
        Record(type="t", priority=1, payload=rare),
        Record(type="t", priority=1, payload=b"no json", headers="nor this"),
    )
    found = observed_places(store)
    assert set(found[:3]) == {"header.x-tenant", "payload.total", "payload.items[*].sku"}
    assert found[3:] == ["payload.coupon.code"]
    assert observed_places(Store()) == []


def test_what_recent_events_say_in_a_field_is_told_where_they_say_anything() -> None:
    rows = [Record(type="t", priority=1, payload=payload) for payload in (b'{"n": 1, "t": "1x"}', b'{"n": -2.5}', None)]
    store = stored(*rows)
    assert recent_texts(store, field_of("payload.n")) == ["-2.5", "1"]
    assert recent_texts(store, field_of("payload.gone")) == []


def test_huge_payloads_are_not_looked_through() -> None:
    store = stored(*[Record(type="t", priority=1, payload=b'{"n": "%s"}' % (b"x" * 400_000))] * 50)
    assert len(list(recent(store))) < 5


def test_rows_are_chosen_by_their_numbers_and_by_how_many_they_went_to() -> None:
    store = stored(*(Record(type="t", fanout=fanout) for fanout in (0, 2, -1, 2)))

    def chosen(text: str) -> list[int]:
        matches = Matches(store)
        matches.set_filter(parse(text))
        matches.update()
        return [int(seq) for seq in matches.seqs(0, len(matches))]

    assert chosen("number:2,4") == [2, 4]
    assert chosen("number>2") == [3, 4]
    assert chosen("-number:3") == [1, 2, 4]
    assert chosen("fanout>0") == [2, 4]
    assert chosen("fanout:0") == [1]
    assert chosen("-fanout:2") == [1, 3], "of what went nowhere nothing is known"
