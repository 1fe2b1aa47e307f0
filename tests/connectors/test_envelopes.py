"""Envelopes: the right facts in the right columns, from headers and payloads of any kind."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.envelopes.recognise import Envelope, read_envelope
from connectors.gap import gap_record

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01".encode()
NOON = 1_764_590_400_000_000_000
"""2025-12-01T12:00:00Z."""


def of(payload: Any = None, /, **headers: Any) -> Envelope:
    """The envelope of a JSON payload (bytes as they are) and of headers, in whose names `_` stays."""
    raw = payload if payload is None or isinstance(payload, bytes) else json.dumps(payload).encode()
    return read_envelope([(n, v.encode() if isinstance(v, str) else v) for n, v in headers.items()], raw)


def test_the_domain_event_of_the_seeds() -> None:
    event = {
        "event_id": "f47ac10b",
        "event_type": "project.created",
        "data": {"project_id": 1, "name": "Мост"},
        "user_id": 5,
        "timestamp": "2025-12-01T12:00:00.000000",
    }
    found = of(event)
    assert (found.type, found.id, found.occurred_at) == ("project.created", "f47ac10b", NOON)
    assert found.name == "domain event"


def test_the_stored_event_of_the_seeds() -> None:
    event = {
        "event_type": "UserRegistered",
        "aggregate_id": "user-123",
        "timestamp": "2025-12-01T12:00:00Z",
        "version": 3,
    }
    found = of(event)
    assert (found.type, found.key, found.occurred_at, found.name) == (
        "UserRegistered", "user-123", NOON, "event store"
    )  # fmt: skip


def test_structured_cloud_events() -> None:
    event = {"specversion": "1.0", "id": "e1", "source": "/shop", "type": "order.created", "correlationid": "c1"}
    found = of(event | {"causationid": "e0", "time": "2025-12-01T12:00:00.123456789Z", "data": {"type": "inner"}})
    assert found[:5] == ("order.created", None, "e1", "c1", "e0")
    assert (found.producer, found.occurred_at, found.name) == ("/shop", NOON + 123_456_789, "cloudevents")


@pytest.mark.parametrize("prefix", ["ce_", "CE_", "cloudEvents_", "cloudEvents:"])
def test_binary_cloud_events_win_over_what_is_inside(prefix: str) -> None:
    headers = {f"{prefix}{name}": f"outer {name}" for name in ("id", "type", "source", "subject", "correlationid")}
    found = of({"event_type": "inner", "event_id": "inner", "correlation_id": "inner"}, **headers)
    assert found == Envelope(
        type="outer type", id="outer id", producer="outer source", key="outer subject",
        correlation_id="outer correlationid", name="cloudevents",
    )  # fmt: skip


def test_a_trace_wins_over_a_correlation_and_the_payload() -> None:
    found = of({"correlation_id": "inner"}, correlation_id="plain", ce_correlationid="ce", traceparent=TRACEPARENT)
    assert found.correlation_id == TRACE


@pytest.mark.parametrize(
    "text",
    ["", "00", f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-{'0' * 16}-01"],
)
def test_a_broken_traceparent_is_none(text: str) -> None:
    assert of(traceparent=text).correlation_id is None


@pytest.mark.parametrize(
    "header",
    ["X-Correlation-ID", "x-correlation-id", "correlation_id", "correlationId", "Correlation-Id", "X-Request-ID"],
)
def test_the_usual_names_of_a_correlation(header: str) -> None:
    assert of(b"text", **{header: "c1"}) == Envelope(correlation_id="c1", name="headers")


def test_sixteen_bytes_are_a_uuid() -> None:
    identity = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")
    assert of(kafka_correlationId=identity.bytes).correlation_id == str(identity)


def test_the_most_telling_name_wins_wherever_it_stands() -> None:
    assert of({"name": "c", "type": "b", "event_type": "a"}).type == "a"
    assert of({"event_type": "a", "type": "b", "name": "c"}).type == "a"
    assert of({"event_type": {"not": "text"}, "type": "b"}).type == "b"


def test_ids_are_also_looked_for_in_the_metadata() -> None:
    found = of({"type": "t", "metadata": {"correlation_id": "c", "causation_id": "p", "type": "not this"}})
    assert (found.type, found.correlation_id, found.causation_id) == ("t", "c", "p")


def test_priorities_by_name_and_number() -> None:
    assert of({"type": "t", "priority": "CRITICAL"}).priority == 3
    assert of(priority="2").priority == 2
    assert of({"priority": 99}, priority="urgent").priority == -1


def test_defaults_stand_where_nothing_else_is_known() -> None:
    defaults = Envelope(type="orders", occurred_at=7, name="amqp")
    assert read_envelope([], b"\xff", defaults) == defaults
    assert read_envelope([], b'{"id": 5}', defaults) == defaults._replace(id="5")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-12-01T12:00:00", NOON),
        ("2025-12-01T14:00:00+02:00", NOON),
        ("2025-12-01 12:00:00.5", NOON + 500_000_000),
        ("2025-12-01T12:00:00.123456789", NOON + 123_456_789),
        ("2025-12-01T12:00:00.123456+00:00", NOON + 123_456_000),
        (1_764_590_400, NOON),
        (1_764_590_400_000, NOON),
    ],
)
def test_times_of_all_forms(text: object, time: int) -> None:
    assert of({"type": "t", "timestamp": text}).occurred_at == time


@pytest.mark.parametrize("text", [True, None, "", "soon", "9999-12-31T23:59:59", "0001-01-01T00:00:00", [1], 1e300])
def test_what_is_no_time_is_unknown(text: object) -> None:
    assert of({"type": "t", "timestamp": text}).occurred_at == Envelope().occurred_at


def test_a_large_payload_is_not_looked_into() -> None:
    assert of({"type": "t", "data": "x" * 300_000}) == Envelope()


texts = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
names = (
    st.sampled_from(["type", "event_type", "id", "timestamp", "priority", "metadata", "specversion", "source"]) | texts
)


@given(st.lists(st.tuples(texts, st.none() | st.binary(max_size=20) | texts | st.integers())), st.binary(max_size=60))
def test_any_headers_and_bytes_make_an_envelope(headers: list[tuple[str, Any]], payload: bytes) -> None:
    assert_sound(read_envelope(headers, payload))


@given(st.dictionaries(names, json_values, max_size=6))
def test_any_object_makes_an_envelope(value: dict[str, Any]) -> None:
    assert_sound(read_envelope([], json.dumps(value).encode("utf-8", "surrogatepass")))


def assert_sound(found: Envelope) -> None:
    for text in (*found[:5], found.producer, found.key, found.name):
        assert text is None or text.encode()
    assert -1 <= found.priority <= 3
    assert -(2**63) <= found.occurred_at < 2**63


@pytest.mark.parametrize(
    ("count", "exact", "words"),
    [
        (None, False, "missed an unknown number of events: why"),
        (1, True, "missed exactly 1 event: why"),
        (2_000, False, "missed at most 2,000 events: why"),
    ],
)
def test_a_gap_says_how_much_was_missed(count: int | None, exact: bool, words: str) -> None:
    row = gap_record("orders[0]@5", count, exact=exact, reason="why")
    assert (row.type, row.category, row.channel, row.error) == ("eventscope.gap", "eventscope", "orders[0]@5", words)
