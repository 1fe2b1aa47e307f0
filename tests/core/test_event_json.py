"""One event as JSON: what the contract says, whatever the event holds."""

from __future__ import annotations

import base64
import json
import unicodedata
from datetime import UTC, datetime

import pytest
from exported import one, schema, strict
from hostile import HEADERS, NOON, PAYLOADS, TEXTS, store_of
from hypothesis import given
from hypothesis import strategies as st

from app.display import HIDDEN
from app.exports.event_json import event_line
from app.exports.times import milliseconds, rfc3339
from app.payload import decode
from eventscope.connector import Record
from eventscope.step import Phase


def test_what_is_unknown_is_absent():
    assert one(Record()) == {
        "seq": 1,
        "source": "test",
        "observed_at": "2025-11-21T12:06:07.123456789Z",
        "phase": "published",
    }


def test_every_field_of_the_contract_is_there_under_its_name():
    event = one(
        Record(
            type="order.created", payload=b'{"a": 1}', id="i", category="order", priority=3, phase=Phase.DEAD_LETTERED,
            correlation_id="c", causation_id="b", occurred_at=NOON, producer="shop", channel="orders[3]@1042", key="k",
            subscription="mailer", attempt=2, queue_ns=1_500_000, handle_ns=250, total_ns=-2_000_000, fanout=0,
            error="no", envelope="cloudevents", headers='[["a", "b"]]',
        )
    )  # fmt: skip
    assert event == {
        "seq": 1, "id": "i", "type": "order.created", "category": "order", "priority": "CRITICAL", "source": "test",
        "producer": "shop", "channel": "orders[3]@1042", "key": "k", "correlation_id": "c", "causation_id": "b",
        "occurred_at": "2025-11-21T12:06:07.123456789Z", "observed_at": "2025-11-21T12:06:07.123456789Z",
        "phase": "dead-lettered", "subscription": "mailer", "attempt": 2, "queue_ms": 1.5, "handle_ms": 0.00025,
        "latency_ms": -2.0, "fanout": 0, "error": "no", "headers": [["a", "b"]], "payload_encoding": "json",
        "payload": {"a": 1}, "size": 8, "envelope": "cloudevents",
    }  # fmt: skip


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_payload_survives_in_the_encoding_that_is_stated(name):
    payload = PAYLOADS[name]
    event = strict(event_line(store_of([Record(payload=payload)]).event(1)))
    value, encoding = decode(payload)
    assert (event["payload"], event["payload_encoding"], event["size"]) == (value, encoding, len(payload))
    if encoding == "base64":
        assert base64.b64decode(event["payload"]) == payload
    if encoding == "text":
        assert event["payload"].encode() == payload


def test_a_json_payload_of_null_is_not_no_payload():
    assert one(Record(payload=b"null"))["payload"] is None
    assert "payload" not in one(Record())


def test_numbers_of_a_payload_are_written_as_they_came():
    line = event_line(store_of([Record(payload=PAYLOADS["number as written"])]).event(1))
    assert "[1.10, 1e5, 0.1234567890123456789]" in line
    assert '"id": 9007199254740993' in event_line(store_of([Record(payload=PAYLOADS["beyond doubles"])]).event(1))


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_in_any_field_is_one_strict_line(text):
    fields = (
        "type",
        "id",
        "category",
        "key",
        "error",
        "correlation_id",
        "producer",
        "channel",
        "subscription",
        "envelope",
    )
    line = event_line(store_of([Record(**dict.fromkeys(fields, text))]).event(1))
    assert len(line.splitlines()) == 1
    strict(line)


@pytest.mark.parametrize("name", ["c1 and del", "bidi", "bidi in json", "zero width", "ansi", "escaped controls"])
def test_no_character_of_a_line_acts_on_a_terminal(name):
    line = event_line(store_of([Record(payload=PAYLOADS[name])]).event(1))
    assert {c for c in line if unicodedata.category(c) in HIDDEN} == set()


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_are_pairs_whatever_a_source_hands_over(headers):
    event = strict(event_line(store_of([Record(headers=headers)]).event(1)))
    assert all(len(pair) == 2 and isinstance(pair[0], str) for pair in event["headers"])
    schema("event").validate(event)


def test_headers_keep_their_order_and_their_duplicates():
    assert one(Record(headers='[["b", "1"], ["a", 2.50], ["b", null]]'))["headers"] == [
        ["b", "1"],
        ["a", 2.5],
        ["b", None],
    ]


def test_what_is_no_priority_is_unknown():
    assert "priority" not in one(Record(priority=99))


RECORDS = st.builds(
    Record,
    type=st.none() | st.text(),
    payload=st.none() | st.binary() | st.text().map(lambda text: json.dumps(text).encode()),
    id=st.none() | st.text(min_size=1),
    priority=st.integers(-1, 3),
    phase=st.sampled_from(Phase),
    correlation_id=st.none() | st.text(),
    occurred_at=st.integers(-(2**62), 2**62),
    queue_ns=st.integers(-(2**53), 2**53),
    attempt=st.integers(0, 65_535),
    error=st.none() | st.text(st.characters(exclude_characters="\x1f\x00")),
    headers=st.none() | st.lists(st.tuples(st.text(), st.text())).map(json.dumps),
)


@given(RECORDS)
def test_an_event_as_json_lines_comes_back_as_it_was(record):
    event = store_of([record]).event(1)
    back = strict(event_line(event))
    schema("event").validate(back)
    same = ("type", "correlation_id", "error", "subscription")
    written = {name: text for name in same if (text := getattr(event, name)) is not None}
    assert {name: back[name] for name in same if name in back} == {
        name: text.encode("utf-8", "backslashreplace").decode() for name, text in written.items()
    }
    if event.payload is not None:
        assert (back["payload"], back["payload_encoding"]) == decode(event.payload)
    assert back["phase"] == Phase(event.phase).label


@given(st.integers(-(2**63), 2**63 - 1))
def test_times_keep_their_nanoseconds(ns):
    text = rfc3339(ns)
    assert len(text) == 30
    whole = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert round((whole - epoch).total_seconds()) * 10**9 + int(text[20:29]) == ns


def test_durations_are_milliseconds_with_a_fraction():
    assert milliseconds(1_234_567.0) == 1.234567
    assert milliseconds(None) is None
