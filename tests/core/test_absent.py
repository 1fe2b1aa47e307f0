"""Causes that were not captured: which of the reasons it was."""

from __future__ import annotations

from app.store.store import Store
from app.traces.absent import Absent
from app.traces.nodes import NodeKind, Trace
from app.traces.trace import build_trace
from eventscope.connector import Block, Record

SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND


def put(store: Store, *records: Record, at_s: float = 0, source: str = "bus") -> int:
    return store.append(source, Block.of(records), START + int(at_s * SECOND))


def event(id_: str, cause: str | None = None, trace: str = "t", **more: object) -> Record:
    return Record("order.changed", b"{}", id=id_, causation_id=cause, correlation_id=trace, **more)  # type: ignore[arg-type]


def reason(trace: Trace) -> str:
    (ghost,) = [node for node in trace.nodes if node.kind is NodeKind.GHOST]
    (badge,) = ghost.badges
    return badge


def test_a_cause_of_the_first_events_of_a_source_came_before_the_capture() -> None:
    store = Store()
    put(store, event("1", "0"), at_s=2)
    trace = build_trace(store, "t")
    assert reason(trace) == Absent.BEFORE
    assert trace.warnings == ["Causes not captured: 1 (before this capture began)."]


def test_a_cause_that_should_have_been_seen_was_not_captured() -> None:
    store = Store()
    put(store, event("x", trace="other"))
    put(store, event("1", "0"), at_s=90)
    assert reason(build_trace(store, "t")) == Absent.UNSEEN


def test_each_source_began_when_it_was_attached() -> None:
    store = Store()
    put(store, event("x", trace="other"))
    put(store, event("1", "0"), at_s=90, source="late")
    assert reason(build_trace(store, "t")) == Absent.BEFORE


def test_a_cause_that_was_evicted_is_said_to_be() -> None:
    store = Store(budget=1)  # keeps the newest chunk only
    first = put(store, event("0"))
    put(store, *(event(f"x{n}", trace="other") for n in range(40)))
    put(store, event("1", "0"))
    assert not store.keeps(first)
    assert reason(build_trace(store, "t", first_seq=first)) == Absent.EVICTED
    assert reason(build_trace(store, "t")) == Absent.UNSEEN
