"""Traces of very many rows are judged by how many events of each type they have."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.store.chunk import Chunk
from app.store.store import Store
from app.traces.long_trace import LONG, MOST_KINDS, Tally, kinds_in, outcome_of
from app.traces.saga import Outcome, SagaState
from app.traces.sagas import Sagas
from app.traces.summary import TraceSummary
from app.traces.trace import build_trace
from app.traces.traces import Traces
from eventscope.connector import Block, Record
from eventscope.step import Phase

START = 1_800_000_000_000_000_000
LATER = START + 3_600 * 1_000_000_000
"""When everything is over."""


def said(type_: str, by: str, number: int = 0, **more: Any) -> Record:
    known: dict[str, Any] = {
        "payload": b"{}",
        "id": f"{type_} {number}",
        "correlation_id": "c",
        "fanout": 0,
        "channel": "bus",
    }
    return Record(type_, producer=by, **(known | more))


def many(type_: str, by: str, count: int) -> list[Record]:
    return [said(type_, by, number) for number in range(count)]


def heard(type_: str, by: str, phase: Phase = Phase.HANDLED) -> Record:
    return Record(type_, id=f"{type_} 0", correlation_id="c", phase=phase, subscription=by, channel="bus", attempt=1)


def judged(rows: Iterable[Record]) -> tuple[Sagas, TraceSummary]:
    store, traces = Store(), Traces()
    store.append("bus", Block.of(list(rows)), START)
    for chunk in store.chunks:
        traces.add(chunk, 0, chunk.rows)
    sagas = Sagas(store, traces)
    (trace,) = traces.recent(now=LATER)
    sagas.judge([trace])
    return sagas, trace


def outcome(*rows: Record) -> Outcome | None:
    store = Store()
    store.append("bus", Block.of(rows), START)
    return outcome_of(kinds_in(store, "c"), told=False)


CREATED = said("order.created", "orders")
BATCH = [CREATED, *many("stock.reserved", "stock", 600), *many("payment.processed", "payment", 600)]


def test_a_long_saga_that_goes_well_is_completed() -> None:
    sagas, trace = judged([*BATCH, said("note.failed", "notes")])
    assert trace.rows > LONG
    assert sagas.state(trace) is SagaState.COMPLETED


def test_a_long_saga_in_which_as_many_are_taken_back_as_fail_later_is_compensated() -> None:
    back = [*many("payment.refunded", "payment", 3), *many("stock.released", "stock", 3)]
    sagas, trace = judged([*BATCH, *many("shipping.failed", "shipping", 3), *back])
    assert sagas.state(trace) is SagaState.COMPENSATED


def test_what_was_not_taken_back_in_a_long_saga_is_found() -> None:
    failed = said("shipping.failed", "shipping", payload=b'{"order_id": "o-1", "reason": "no carrier"}')
    sagas, trace = judged([*BATCH, failed, failed, failed, *many("payment.refunded", "payment", 3)])
    assert sagas.state(trace) is SagaState.FAILED
    verdict = sagas._verdicts["c"]
    assert verdict.outcome is not None
    assert (verdict.outcome.failures, verdict.outcome.undone, verdict.outcome.left) == (
        ("shipping.failed",), 3, ("stock.reserved",),
    )  # fmt: skip
    assert (verdict.whole, verdict.outcome.reason) == (True, "no carrier")


def test_a_step_that_failed_itself_has_not_to_be_undone() -> None:
    told = outcome(*BATCH, said("payment.failed", "bank"), said("stock.released", "stock"))
    assert told == Outcome(("payment.failed",), 1, (), seq=len(BATCH) + 1)


def test_a_failure_that_the_same_service_made_good_is_none() -> None:
    told = outcome(*BATCH, said("payment.failed", "payment"), said("payment.processed", "payment", 700))
    assert told == Outcome((), 0, ())


def test_a_service_that_handles_the_cancellation_may_undo_in_silence() -> None:
    off = [said("shipping.failed", "shipping"), said("order.cancelled", "orders")]
    assert outcome(*BATCH, *off) == Outcome(
        ("shipping.failed",), 1, ("stock.reserved", "payment.processed"), seq=len(BATCH) + 1
    )
    silent = [heard("order.cancelled", "stock_release"), heard("order.cancelled", "payment_refund")]
    assert outcome(*BATCH, *off, *silent) == Outcome(("shipping.failed",), 1, (), seq=len(BATCH) + 1)


def test_a_long_chain_that_breaks_off_at_a_dead_letter_has_failed() -> None:
    told = outcome(*BATCH, heard("payment.processed", "shipping_label", Phase.DEAD_LETTERED))
    assert told is not None
    assert told.failures == ("payment.processed",)
    assert told.left == ("stock.reserved",)


def test_a_deletion_takes_back_only_after_a_failure() -> None:
    ordinary = outcome(said("token.created", "a"), said("token.deleted", "b"))
    assert ordinary is None
    answer = outcome(said("token.created", "a"), said("token.rule_violated", "b"), said("token.deleted", "a"))
    assert answer is not None
    assert answer.undone == 1


def test_what_one_service_takes_back_by_itself_is_no_saga() -> None:
    assert outcome(*many("stock.reserved", "stock", 5), *many("stock.released", "stock", 5)) is None


def test_types_that_are_no_types_say_nothing() -> None:
    numbered = [said(f"stock.reserved.{'x' * n}", f"service {n}") for n in range(MOST_KINDS + 1)]
    assert outcome(*numbered) is None
    assert outcome(heard("order.created", "stock")) is None


def test_of_a_trace_without_its_beginning_nobody_is_blamed() -> None:
    orphan = said("stock.reserved", "stock", causation_id="order.created 0")
    rows = [orphan, *BATCH[1:], *many("shipping.failed", "shipping", 1)]
    sagas, trace = judged(rows)
    assert sagas.state(trace) is SagaState.FAILED
    assert sagas.broken(LATER, 10) == []


def test_a_long_trace_is_not_judged_again_while_rows_come_and_no_row_is_counted_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, traces = Store(), Traces()
    asked: list[int] = []

    def noted(self: Tally, chunk: Chunk, seqs: NDArray[np.int64]) -> None:
        asked.extend(seqs.tolist())
        take(self, chunk, seqs)

    take = Tally._take
    monkeypatch.setattr(Tally, "_take", noted)
    sagas = Sagas(store, traces)
    for step in range(5):
        feed(store, traces, [*BATCH, said("note.failed", "notes", step)])
        (trace,) = traces.recent(now=START)
        sagas.judge([trace])
        assert sagas.state(trace) is SagaState.RUNNING
    assert len(asked) == len(BATCH) + 1
    sagas.judge(traces.recent(now=LATER))
    assert asked == list(range(1, store.next_seq))


def feed(store: Store, traces: Traces, rows: list[Record]) -> None:
    """Take in rows as the session does."""
    first = store.append("bus", Block.of(rows), START)
    for chunk in store.chunks:
        if chunk.next_seq > first:
            traces.add(chunk, max(first - chunk.first_seq, 0), chunk.rows)


PARTS = st.builds(
    said,
    st.sampled_from(["order.created", "order.cancelled", "stock.reserved", "stock.released", "payment.processed"])
    | st.sampled_from(["payment.failed", "payment.refunded", "shipping.failed", "note.sent", "ReserveStock"]),
    st.sampled_from(["orders", "stock", "payment", "shipping", None]),
    st.integers(0, 2_000),
    phase=st.sampled_from([Phase.PUBLISHED] * 4 + list(Phase)),
    subscription=st.sampled_from([None, "stock_reserve", "audit"]),
    payload=st.sampled_from([b"{}", b'{"saga": "s"}', b'{"compensates": "stock.reserved", "reason": "no"}']),
    causation_id=st.sampled_from([None, "order.created 0", "nobody"]),
)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(PARTS, st.integers(1, 700)), min_size=1, max_size=8),
    st.lists(st.integers(1, 1_500), max_size=3),
)
def test_the_list_and_the_opened_trace_and_an_export_agree(parts: list[tuple[Record, int]], cuts: list[int]) -> None:
    rows = [part._replace(id=f"{part.id} {n}") for part, times in parts for n in range(times)]
    store, traces = Store(), Traces()
    listed = Sagas(store, traces)
    for start, stop in pairwise(sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})):
        feed(store, traces, rows[start:stop])
        listed.judge(traces.recent(now=LATER), slice_s=60.0)
        (trace,) = traces.recent(now=LATER)
        opened = Sagas(store, traces).judged(trace, build_trace(store, "c", limit=1_500))
        exported = build_trace(store, "c", limit=sys.maxsize).outcome
        assert opened is not None
        assert opened.outcome == exported
        assert listed.judged(trace) == opened
        assert listed.state(trace) == (exported.state(trace.state) if exported else None)


ROWS = st.builds(
    said,
    st.sampled_from(["order.created", "order.cancelled", "stock.reserved", "stock.released", "payment.failed", ""]),
    st.sampled_from(["orders", "stock", "payment"]),
    phase=st.sampled_from(list(Phase)),
    subscription=st.sampled_from([None, "stock_reserve", "audit"]),
)


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=30))
def test_the_counts_are_those_of_the_rows(rows: list[Record]) -> None:
    store = Store(1)  # many chunks
    for row in rows:
        store.append("bus", Block.of([row]), START)
    kinds = kinds_in(store, "c")
    kept = [store.event(seq) for seq in store.correlated("c").tolist()]
    assert kinds.rows == len(kept)
    for found, phases, name in (
        (kinds.published, {Phase.PUBLISHED}, "producer"),
        (kinds.handled, {Phase.HANDLED}, "subscription"),
        (kinds.given_up, {Phase.DEAD_LETTERED, Phase.DROPPED}, "subscription"),
    ):
        for kind in found:
            mine = [row.seq for row in kept if (row.type, getattr(row, name)) == (kind.type, kind.who)]
            mine = [seq for seq in mine if store.event(seq).phase in phases]
            assert (kind.count, kind.first, kind.last) == (len(mine), min(mine), max(mine))
        assert sum(kind.count for kind in found) == sum(row.phase in phases for row in kept)
    outcome_of(kinds, told=True)
