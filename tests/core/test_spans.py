"""Tracing tools get what their formats ask for: ids, times, parents and links."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from typing import Any

import pytest
from hostile import NOON, hostile_records, life, store_of

from app.exports import write
from app.exports.spans import place_of, trace_id
from app.store.store import Store
from eventscope.connector import Record
from eventscope.step import Phase

MS = 1_000_000


def export(name: str, store: Store) -> Any:
    out = io.BytesIO()
    write(name, store, range(1, store.next_seq), out)
    return json.loads(out.getvalue())


def otlp_spans(store: Store) -> list[dict[str, Any]]:
    return [s for r in export("otlp", store)["resourceSpans"] for g in r["scopeSpans"] for s in g["spans"]]


def jaeger_spans(store: Store) -> list[dict[str, Any]]:
    return [span for trace in export("jaeger", store)["data"] for span in trace["spans"]]


def values(span: dict[str, Any]) -> dict[str, Any]:
    return {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}


@pytest.fixture
def chain() -> Store:
    return store_of(life("e1") + life("e2", cause="e1", at=NOON + 5 * MS))


@pytest.fixture(scope="module")
def hostile() -> Store:
    return store_of(hostile_records() + life() + life())


# --- OTLP --------------------------------------------------------------------------------------------------


def test_otlp_ids_are_hex_times_are_text_and_kinds_are_numbers(hostile):
    spans = otlp_spans(hostile)
    assert len(spans) > 50
    for span in spans:
        assert re.fullmatch(r"(?!0+$)[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch(r"(?!0+$)[0-9a-f]{16}", span["spanId"])
        assert re.fullmatch(r"(?!0+$)[0-9a-f]{16}", span.get("parentSpanId", "1" * 16))
        assert re.fullmatch(r"\d{1,19}", span["startTimeUnixNano"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert span["kind"] in (4, 5)
        assert span["status"].get("code", 0) in (0, 2)
        for attribute in span["attributes"]:
            assert attribute.keys() == {"key", "value"}
            assert isinstance(attribute["value"].get("intValue", ""), str)


def test_otlp_span_ids_are_unique(hostile):
    counts = Counter((span["traceId"], span["spanId"]) for span in otlp_spans(hostile))
    assert set(counts.values()) == {1}


def test_two_exports_of_a_trace_have_the_same_ids(chain):
    assert otlp_spans(chain) == otlp_spans(store_of(life("e1") + life("e2", cause="e1", at=NOON + 5 * MS)))


def test_an_attempt_is_a_span_under_its_event_and_linked_to_it():
    spans = otlp_spans(store_of(life()))
    assert [(span["name"], span["kind"]) for span in spans] == [
        ("process order.created", 5),
        ("process order.created", 5),
        ("publish order.created", 4),
    ]
    *attempts, event = spans
    for span in attempts:
        assert span["parentSpanId"] == event["spanId"]
        assert span["links"] == [{"traceId": event["traceId"], "spanId": event["spanId"]}]
        assert int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) == 2 * MS
    assert attempts[0]["status"] == {"code": 2, "message": "no route"}
    assert attempts[1]["status"] == {}
    assert "parentSpanId" not in event
    assert [(note["name"], note["timeUnixNano"]) for note in event["events"]] == [("retried", str(NOON + 4 * MS))]


def test_an_event_that_was_caused_is_the_child_of_its_cause(chain):
    first, second = (span for span in otlp_spans(chain) if span["kind"] == 4)
    assert second["parentSpanId"] == first["spanId"]
    assert second["traceId"] == first["traceId"]


def test_an_event_that_was_passed_on_is_the_child_of_where_it_came_from():
    event = {"type": "order.created", "id": "1", "correlation_id": "c"}
    rows = [Record(**event, channel=channel) for channel in ("shop/shop", "orders[0]@3", "orders[0]@4")]
    bus, *kafka = otlp_spans(store_of(rows))
    assert "parentSpanId" not in bus
    assert {span["parentSpanId"] for span in kafka} == {bus["spanId"]}


def test_the_messaging_conventions_are_followed(chain):
    (span, *_) = [span for span in otlp_spans(chain) if span["kind"] == 5]
    said = values(span)
    assert said["messaging.message.id"] == "e1"
    assert said["messaging.message.conversation_id"] == "c1"
    assert said["messaging.consumer.group.name"] == "mailer"
    assert said["messaging.operation.type"] == "process"


def test_a_service_is_the_producer_or_the_subscription(chain):
    resources = export("otlp", chain)["resourceSpans"]
    names = [values(resource["resource"])["service.name"] for resource in resources]
    assert sorted(names) == ["mailer", "shop"]


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("orders[3]@1042", {"messaging.destination.name": "orders", "messaging.destination.partition.id": "3",
                            "messaging.kafka.offset": 1042}),
        ("events → order.created", {"messaging.destination.name": "events",
                                    "messaging.rabbitmq.destination.routing_key": "order.created"}),
        ("bus", {"messaging.destination.name": "bus"}),
        (None, {}),
    ],
)  # fmt: skip
def test_a_channel_says_what_its_form_tells(channel, expected):
    assert place_of(channel) == expected


# --- ids ---------------------------------------------------------------------------------------------------


def of(**fields: Any) -> str:
    return trace_id(store_of([Record(**fields)]).event(1))


def test_a_trace_id_or_a_uuid_stays_what_it_is():
    assert of(correlation_id="4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert of(correlation_id="550E8400-e29b-41d4-a716-446655440000") == "550e8400e29b41d4a716446655440000"


def test_other_correlations_are_hashed():
    assert of(correlation_id="order-1") != of(correlation_id="order-2")
    assert of(correlation_id="0" * 32) != "0" * 32


def test_events_without_a_correlation_are_traces_of_their_own():
    spans = otlp_spans(store_of([Record(type="a", id="1"), Record(type="b", id="2"), Record(type="c")]))
    assert len({span["traceId"] for span in spans}) == 3


def test_an_event_that_names_itself_as_cause_has_no_parent():
    (span,) = otlp_spans(store_of([Record(type="a", id="1", correlation_id="c", causation_id="1")]))
    assert "parentSpanId" not in span


def test_steps_of_an_event_that_was_not_seen_have_no_parent():
    spans = otlp_spans(store_of([step for step in life() if step.phase is not Phase.PUBLISHED]))
    assert len(spans) == 3
    assert not any("parentSpanId" in span for span in spans)


def test_a_handler_that_still_runs_is_a_span_without_an_end():
    published, delivered, *_ = life()
    event, running = sorted(otlp_spans(store_of([published, delivered])), key=lambda span: span["kind"])
    assert running["parentSpanId"] == event["spanId"]
    assert running["startTimeUnixNano"] == running["endTimeUnixNano"]


# --- Jaeger ------------------------------------------------------------------------------------------------


def test_jaeger_has_what_its_page_needs(hostile):
    for trace in export("jaeger", hostile)["data"]:
        assert trace.keys() >= {"traceID", "spans", "processes"}
        ids = {span["spanID"] for span in trace["spans"]}
        assert len(ids) == len(trace["spans"])
        for span in trace["spans"]:
            assert span["traceID"] == trace["traceID"]
            assert span["processID"] in trace["processes"]
            assert isinstance(span["startTime"], int)
            assert span["duration"] >= 0
            assert all(reference["spanID"] in ids for reference in span["references"])
            for tag in [*span["tags"], *(field for log in span["logs"] for field in log["fields"])]:
                python = {"string": str, "bool": bool, "int64": int, "float64": float}[tag["type"]]
                assert type(tag["value"]) is python


def test_jaeger_times_are_microseconds_and_references_say_what_they_mean(chain):
    spans = jaeger_spans(chain)
    first = spans[0]
    assert (first["operationName"], first["startTime"]) == ("publish order.created", NOON // 1000)
    kinds = Counter(reference["refType"] for span in spans for reference in span["references"])
    assert kinds == {"CHILD_OF": 1, "FOLLOWS_FROM": 4}
    failed = [span for span in spans if {"key": "error", "type": "bool", "value": True} in span["tags"]]
    assert len(failed) == 2
    assert {span["duration"] for span in failed} == {2_000}


# --- Chrome ------------------------------------------------------------------------------------------------


def test_chrome_spans_begin_and_end_under_one_id(hostile):
    events = export("chrome", hostile)["traceEvents"]
    pairs: dict[tuple[str, str], list[str]] = {}
    for event in events:
        assert event.keys() >= {"name", "ph", "pid", "tid", "args"}
        if event["ph"] != "M":
            assert isinstance(event["ts"], float)
            pairs.setdefault((event["cat"], event["id"]), []).append(event["ph"])
    assert pairs
    for phases in pairs.values():
        assert (phases[0], phases[-1]) == ("b", "e")
        assert set(phases[1:-1]) <= {"n"}


def test_chrome_names_each_process_once(chain):
    events = export("chrome", chain)["traceEvents"]
    named = {event["pid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    assert sorted(named.values()) == ["mailer", "shop"]
    assert {event["pid"] for event in events} == set(named)
    assert len([event for event in events if event["ph"] == "M"]) == 2


def test_chrome_times_count_from_the_first_row_in_microseconds(chain):
    document = export("chrome", chain)
    assert document["otherData"]["origin"] == "2025-11-21T12:06:07.123456789Z"
    assert document["displayTimeUnit"] == "ms"
    begins = [event["ts"] for event in document["traceEvents"] if event["ph"] == "b"]
    assert min(begins) == 0.0
    assert 5_000.0 in begins
