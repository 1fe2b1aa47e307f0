"""Detail: all about one event, decoded for reading, whatever it carries."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from exported import store_of
from hostile import PAYLOADS

from app.detail.detail import detail_of
from app.detail.document import LONGEST_VALUE
from app.detail.reading import LARGE, Reading
from app.display import display
from eventscope.connector import Record
from eventscope.step import Phase


def test_known_fields_are_grouped_and_unknown_ones_left_out() -> None:
    store = store_of([Record(type="order.created", id="e1", priority=3, payload=b'{"a": [1]}', producer="shop")])
    detail = detail_of(store, 1)
    groups = dict(detail.groups)
    assert groups["Envelope"]["type"] == "order.created"
    assert groups["Envelope"]["priority"] == "CRITICAL"
    assert "key" not in groups["Envelope"]
    assert groups["Payload (json)"].decode() == {"a": [1]}
    assert "by shop" in detail.summary


def test_a_step_shows_the_payload_that_was_published() -> None:
    ids = {"type": "t", "id": "e1", "correlation_id": "c1"}
    store = store_of(
        [Record(**ids, payload=b'{"n": 7}'), Record(**ids, phase=Phase.HANDLED, subscription="s", handle_ns=2_000_000)]
    )
    detail = detail_of(store, 2)
    assert dict(detail.groups)["Payload (json)"].decode() == {"n": 7}
    assert detail.event.payload is None
    assert "handled in 2.000 ms" in detail.summary


def test_headers_keep_their_order_and_duplicates() -> None:
    store = store_of([Record(type="t", headers='[["a", 1], ["b", {"x": [1]}], ["a", 2.50]]')])
    (one, _), (_, nested), (last, number) = dict(detail_of(store, 1).groups)["Headers"]
    assert (one, last, number) == ("a", "a", "2.50")
    assert nested.decode() == {"x": [1]}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_any_payload_can_be_read(payload: bytes) -> None:
    detail = detail_of(store_of([Record(type="t", payload=payload)]), 1)
    assert detail.payload == payload
    assert detail.document.data == payload
    name, value = detail.groups[1]
    assert name in ("Payload (json)", "Payload (text)", "Payload (bytes)")
    if isinstance(value, str):
        assert len(value) <= LONGEST_VALUE + 1
        display(value).encode()


def test_a_large_payload_is_read_in_another_thread_and_is_the_same() -> None:
    payload = json.dumps({"items": [{"sku": n} for n in range(20_000)]}).encode()
    store = store_of([Record(type="t", payload=payload), Record(type="t", payload=b"\0" + payload)])
    assert len(payload) > LARGE
    with ThreadPoolExecutor(1) as thread:
        for seq, wanted in ((1, payload), (2, b"\0" + payload)):
            reading = Reading(store, seq)
            assert reading.is_large
            assert reading.event.payload is None
            assert thread.submit(reading.payload).result() == wanted


def test_a_payload_stays_readable_for_whoever_began_before_it_was_evicted() -> None:
    store = store_of([Record(type="t", payload=b'"x"')])
    reading = Reading(store, 1)
    store.clear()
    assert reading.payload() == b'"x"'


def test_an_implausible_time_is_no_obstacle() -> None:
    detail = detail_of(store_of([Record(type="t", occurred_at=2**62)]), 1)
    assert "occurred" in dict(detail.groups)["Envelope"]
