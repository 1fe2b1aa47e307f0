"""A trace that grows is at each step what it would be if it were put together at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.away import Away, at_hand
from app.store.store import Store
from app.traces.growing import GrowingTrace
from app.traces.nodes import Trace, TraceNode
from app.traces.trace import build_trace
from eventscope.connector import Block, Record
from eventscope.step import Phase

START = 1_800_000_000_000_000_000
MS = 1_000_000
SPANS = ("00f067aa0ba902b7", "1111111111111111")

ROWS = st.builds(
    lambda type_, id_, cause, by, at, phase, to, channel, headers: Record(
        type_,
        b'{"order_id": "o", "compensates": "stock.reserved"}' if type_ == "seat.freed" else b'{"order_id": "o"}',
        id=id_,
        causation_id=cause,
        producer=by,
        occurred_at=START + at * MS,
        phase=phase,
        subscription=to,
        correlation_id="c",
        channel=channel,
        attempt=1,
        fanout=1 if phase is Phase.PUBLISHED else -1,
        headers=headers,
    ),
    st.sampled_from(["order.created", "order.cancelled", "stock.reserved", "stock.released", "payment.failed", "note"])
    | st.sampled_from(["payment.processed", "payment.refunded", "seat.freed"]),
    st.sampled_from([None, *"12345678"]),
    st.sampled_from([None, *"12345678", *SPANS]),
    st.sampled_from([None, "orders", "stock", "payment"]),
    st.integers(0, 200) | st.just(-50),
    st.sampled_from([Phase.PUBLISHED] * 4 + list(Phase)),
    st.sampled_from([None, "stock_reserve", "audit"]),
    st.sampled_from(["bus", "mails[0]@1", "mails.retry[0]@2"]),
    st.sampled_from([None, None, json.dumps([["traceparent", f"00-x-{SPANS[0]}-01"]])])
    | st.sampled_from([json.dumps([["traceparent", f"00-x-{SPANS[1]}-01"]]), json.dumps([["x-retry-count", 2]])]),
)


def told(trace: Trace) -> dict[str, Any]:
    """All that a trace says, as values that can be compared."""
    meaning = trace.meaning
    saga = trace.saga
    return {
        "nodes": [[getattr(node, field.name) for field in fields(TraceNode)] for node in trace.nodes],
        "rows": trace.rows(),
        "times": (trace.started_at, trace.duration_ns, trace.complete),
        "warnings": trace.warnings,
        "ordered": [event.row.seq for event in meaning.ordered] if meaning else [],
        "facts": [event.facts for event in meaning.ordered] if meaning else [],
        "saga": saga and (saga.style, saga.leader, saga.outcome, [event.row.seq for event in saga.steps]),
    }


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(ROWS, min_size=1, max_size=12), min_size=1, max_size=6), st.sampled_from(["bus", "both"]))
def test_of_any_rows_a_trace_that_grew_is_the_same_as_one_put_together_at_once(
    batches: list[list[Record]], sources: str
) -> None:
    store = Store()
    growing = GrowingTrace(store, "c")
    for number, batch in enumerate(batches):
        store.append("tap" if sources == "both" and number % 2 else "bus", Block.of(batch), START)
        assert told(growing.trace(first_seq=1)) == told(build_trace(store, "c", first_seq=1))


def chain(first: int, stop: int) -> list[Record]:
    return [
        Record(
            "step.taken",
            b"{}",
            id=f"e{n}",
            causation_id=f"e{n - 1}" if n else None,
            correlation_id="c",
            occurred_at=START + n * MS,
            fanout=0,
        )
        for n in range(first, stop)
    ]


def test_nodes_of_which_nothing_new_is_told_stay_the_same_objects() -> None:
    store = Store()
    growing = GrowingTrace(store, "c")
    store.append("bus", Block.of(chain(0, 20)), START)
    before = growing.trace().nodes
    store.append("bus", Block.of(chain(20, 25)), START)
    after = growing.trace().nodes
    assert len(after) == 25
    assert all(old is new for old, new in zip(before, after[:20], strict=True))


def test_only_new_rows_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    store, asked = Store(), list[int]()
    growing = GrowingTrace(store, "c")
    store.append("bus", Block.of(chain(0, 20)), START)
    growing.trace()
    cells = store.cells

    def noted(seqs: Sequence[int], names: Sequence[str]) -> list[tuple[Any, ...]]:
        asked.extend(seqs)
        return cells(seqs, names)

    monkeypatch.setattr(store, "cells", noted)
    store.append("bus", Block.of(chain(20, 25)), START)
    growing.trace()
    assert set(asked) == set(range(21, 26))


def test_what_was_cleared_is_no_more_and_what_comes_then_begins_anew() -> None:
    store = Store()
    growing = GrowingTrace(store, "c")
    store.append("bus", Block.of(chain(0, 5)), START)
    assert len(growing.trace().nodes) == 5
    store.clear()
    assert growing.trace().nodes == []
    store.append("bus", Block.of(chain(0, 3)), START)
    assert told(growing.trace()) == told(build_trace(store, "c"))


def test_a_reading_that_was_broken_off_is_not_taken_in_by_half(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    growing = GrowingTrace(store, "c")
    store.append("bus", Block.of(chain(0, 5)), START)
    growing.trace()
    store.append("bus", Block.of(chain(5, 9)), START)

    def away(seqs: object, names: object) -> Any:
        raise Away

    with monkeypatch.context() as patched:
        patched.setattr(store, "cells", away)
        with pytest.raises(Away):
            at_hand(growing.trace)
    assert told(growing.trace()) == told(build_trace(store, "c"))


def test_rows_behind_an_instant_and_beyond_the_limit_are_not_taken_in() -> None:
    store = Store()
    growing = GrowingTrace(store, "c", limit=4)
    store.append("bus", Block.of(chain(0, 10)), START)
    assert len(growing.trace(horizon=3).nodes) == 2
    trace = growing.trace()
    assert (len(trace.nodes), trace.complete, trace.warnings) == (4, False, ["Only the first 4 of 10 rows are shown."])
