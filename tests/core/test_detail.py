"""Detail: all about one event, decoded for reading, whatever it carries."""

from __future__ import annotations

import json

import pytest
from exported import store_of
from hostile import PAYLOADS

from app.detail import MOST_TEXT, detail_of, hexdump
from eventscope.connector import Record
from eventscope.step import Phase


def test_known_fields_are_grouped_and_unknown_ones_left_out() -> None:
    store = store_of([Record(type="order.created", id="e1", priority=3, payload=b'{"a": [1]}', producer="shop")])
    detail = detail_of(store, 1)
    groups = dict(detail.groups)
    assert groups["Envelope"]["type"] == "order.created"
    assert groups["Envelope"]["priority"] == "CRITICAL"
    assert "key" not in groups["Envelope"]
    assert groups["Payload (json)"] == {"a": [1]}
    assert json.loads(detail.text) == {"a": [1]}
    assert "by shop" in detail.summary


def test_a_step_shows_the_payload_that_was_published() -> None:
    ids = {"type": "t", "id": "e1", "correlation_id": "c1"}
    store = store_of(
        [Record(**ids, payload=b'{"n": 7}'), Record(**ids, phase=Phase.HANDLED, subscription="s", handle_ns=2_000_000)]
    )
    detail = detail_of(store, 2)
    assert dict(detail.groups)["Payload (json)"] == {"n": 7}
    assert "handled in 2.000 ms" in detail.summary


def test_headers_keep_their_order_and_duplicates() -> None:
    store = store_of([Record(type="t", headers='[["a", 1], ["b", "x"], ["a", 2.50]]')])
    assert dict(detail_of(store, 1).groups)["Headers"] == (("a", 1), ("b", "x"), ("a", "2.50"))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_any_payload_can_be_read(payload: bytes) -> None:
    detail = detail_of(store_of([Record(type="t", payload=payload)]), 1)
    assert len(detail.text) <= MOST_TEXT + 100
    detail.text.encode()
    assert detail.hexdump.startswith("00000000") == bool(payload)


def test_a_hex_dump_says_when_it_is_cut() -> None:
    dump = hexdump(b"\x00A~\x7f" * MOST_TEXT)
    assert "… shown" in dump.splitlines()[-1]


def test_a_line_of_a_hex_dump_has_offset_bytes_and_text() -> None:
    assert hexdump(b"order 42\xff") == "00000000  6f 72 64 65 72 20 34 32  ff                       order 42·"


def test_an_implausible_time_is_no_obstacle() -> None:
    detail = detail_of(store_of([Record(type="t", occurred_at=2**62)]), 1)
    assert "occurred" in dict(detail.groups)["Envelope"]
