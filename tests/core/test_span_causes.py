"""Messages that name no cause but a span of a tracing library: nothing is missing, and it is said what is not known."""

from __future__ import annotations

import json

from app.exports.trace_json import trace_json
from app.store.store import Store
from app.traces.nodes import NodeKind, Trace
from app.traces.saga import SagaState
from app.traces.sagas import Sagas
from app.traces.spans import SPAN
from app.traces.trace import build_trace
from app.traces.traces import Traces
from connectors.envelopes.recognise import read_envelope
from eventscope.connector import Block, Record, headers_text

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ONE, OTHER = "00f067aa0ba902b7", "b7ad6b7169203331"
AT = 1_800_000_000_000_000_000


def message(type_: str, span: str, number: int = 0, *, in_payload: bool = False, **more: object) -> Record:
    """A message as it is read from a topic, with what is recognised in it."""
    parent = f"00-{TRACE}-{span}-01"
    payload = {"specversion": "1.0", "source": "shop", "type": type_, "id": f"{type_}-{number}"}
    headers = [] if in_payload else [("traceparent", parent)]
    body = json.dumps(payload | ({"traceparent": parent} if in_payload else {}) | more).encode()
    found = read_envelope(headers, body)
    return Record(
        found.type, body, id=found.id, correlation_id=found.correlation_id, causation_id=found.causation_id,
        producer=type_.partition(".")[0], channel=f"orders[0]@{number}", headers=headers_text(headers),
    )  # fmt: skip


def built(*records: Record) -> Trace:
    store = Store()
    store.append("kafka", Block.of(records), AT)
    return build_trace(store, TRACE)


def test_an_event_whose_cause_is_a_span_begins_by_itself_and_says_so() -> None:
    for in_payload in (False, True):
        first = message("order.placed", ONE, 1, in_payload=in_payload)
        assert first.causation_id == ONE
        trace = built(first, message("order.paid", OTHER, 2, in_payload=in_payload))
        assert [(node.kind, node.depth, node.badges) for node in trace.nodes] == [(NodeKind.EVENT, 0, ())] * 2
        assert trace.warnings == [
            "Events that name a span of their sender as their cause: 2. Which event it was is not known."
        ]
        assert trace.complete


def test_events_of_one_span_stand_below_it() -> None:
    trace = built(message("order.placed", ONE, 1), message("order.paid", ONE, 2), message("order.sent", OTHER, 3))
    assert [(node.title, node.depth, node.badges) for node in trace.nodes if node.kind is NodeKind.GHOST] == [
        (f"span {ONE}", 0, (SPAN,))
    ]
    assert [node.depth for node in trace.nodes if node.kind is NodeKind.EVENT] == [1, 1, 0]
    assert trace.complete


def test_a_cause_that_is_an_event_is_followed_and_missed_as_ever() -> None:
    named = message("order.paid", OTHER, 2, causationid="order.placed-1", in_payload=True)
    trace = built(message("order.placed", ONE, 1), named)
    assert [node.depth for node in trace.nodes] == [0, 1]
    trace = built(named)
    assert trace.warnings[0].startswith("Causes not captured: 1")
    assert not trace.complete


def test_an_id_that_only_looks_like_a_span_is_a_missing_event() -> None:
    trace = built(Record("order.paid", b"{}", id="1", correlation_id=TRACE, causation_id=ONE))
    assert trace.warnings == ["Causes not captured: 1 (before this capture began)."]


def test_what_was_left_behind_is_found_where_only_spans_are_named() -> None:
    store, traces = Store(), Traces()
    names = ("order.placed", "stock.reserved", "payment.failed")
    store.append("kafka", Block.of([message(name, ONE, number) for number, name in enumerate(names)]), AT)
    traces.add(store.chunks[0], 0, 3)
    ((trace, verdict),) = Sagas(store, traces).broken(AT + 60_000_000_000, 10)
    assert verdict.outcome is not None
    assert (verdict.outcome.left, verdict.outcome.state(trace.state)) == (("stock.reserved",), SagaState.FAILED)


def test_the_exported_trace_says_it_too() -> None:
    store = Store()
    store.append("kafka", Block.of([message("order.placed", ONE, 1)]), AT)
    exported = trace_json(store, TRACE)
    assert exported["trace"]["complete"]
    assert exported["events"][0]["parent_seq"] is None
    assert exported["events"][0]["causation_id"] == ONE
