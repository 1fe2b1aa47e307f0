"""The list of traces: the same figures as counting by hand, whatever the batches, and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import Store
from app.traces.summary import TraceState, TraceSummary
from app.traces.traces import LONGEST_ID, Traces
from eventscope.connector import Block, Record
from eventscope.step import UNKNOWN, Phase

NOW = 1_800_000_000_000_000_000
SECOND = 1_000_000_000

ONE_CHUNK, MANY_CHUNKS = 2**29, 4_000
"""Budgets of a store in which all rows share a chunk, and of one in which only a few do."""

records = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["order.created", "order.paid", None]),
        "producer": st.sampled_from(["shop", "bank", None]),
        "phase": st.sampled_from(list(Phase)),
        "correlation_id": st.sampled_from([None, "a", "b", "c", "d"]),
        "occurred_at": st.one_of(st.just(UNKNOWN), st.integers(NOW - SECOND, NOW)),
        "fanout": st.integers(-1, 3),
    }
).map(lambda fields: Record(**fields))
batches = st.lists(st.lists(records, min_size=1, max_size=8), max_size=12)


def feed(traces: Traces, store: Store, batch: Sequence[Record], at: int = NOW) -> None:
    """Store rows and show them to `traces`, as a session does."""
    first = store.append("demo", Block.of(batch), at)
    for chunk in store.chunks:
        start = max(first - chunk.first_seq, 0)
        if start < chunk.rows:
            traces.add(chunk, start, chunk.rows)


def fed(batch: Sequence[Record], at: int = NOW) -> Traces:
    traces = Traces(64)
    feed(traces, Store(), batch, at)
    return traces


def one(rows: Iterable[Record], at: int = NOW, now: int = NOW) -> TraceSummary:
    (summary,) = fed(list(rows), at).recent(now=now)
    return summary


def published(fanout: int = -1, id_: str = "a", **fields: object) -> Record:
    return Record(type="order.created", correlation_id=id_, fanout=fanout, **fields)  # type: ignore[arg-type]


def step(phase: Phase, id_: str = "a") -> Record:
    return Record(type="order.created", correlation_id=id_, phase=phase, subscription="stock")


def by_hand(rows: list[tuple[int, Record, int]]) -> dict[str, object]:
    """What a summary should say of the rows of one correlation, told the slow way."""
    told = [r for _, r, _ in rows if r.phase == Phase.PUBLISHED]
    closed = [r for _, r, _ in rows if r.phase in (Phase.HANDLED, Phase.DEAD_LETTERED, Phase.DROPPED)]
    times = [seen if r.occurred_at == UNKNOWN else r.occurred_at for _, r, seen in rows]
    root_seq, root = next(((seq, r) for seq, r, _ in rows if r.phase == Phase.PUBLISHED), rows[0][:2])
    pending = sum(r.fanout for r in told) - len(closed)
    known = bool(told) and all(r.fanout >= 0 for r in told) and pending >= 0
    return {
        "root_seq": root_seq,
        "root_type": root.type,
        "producer": root.producer,
        "first_seq": rows[0][0],
        "last_seq": rows[-1][0],
        "started_at": min(times),
        "last_at": max(seen for _, _, seen in rows),
        "duration_ns": max(times) - min(times),
        "rows": len(rows),
        "events": len(told),
        "errors": sum(r.phase in (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED) for _, r, _ in rows),
        "pending": pending if known else None,
    }


@given(batches, st.sampled_from([ONE_CHUNK, MANY_CHUNKS]))
def test_figures_are_those_of_counting_by_hand_whatever_the_batches(
    given_batches: list[list[Record]], budget: int
) -> None:
    traces, store = Traces(64), Store(budget)
    if budget == MANY_CHUNKS:
        given_batches = [[record] for batch in given_batches for record in batch]
    rows: dict[str, list[tuple[int, Record, int]]] = {}
    seq = 1
    for i, batch in enumerate(given_batches):
        feed(traces, store, batch, NOW + i)
        for record in batch:
            if record.correlation_id is not None:
                rows.setdefault(record.correlation_id, []).append((seq, record, NOW + i))
            seq += 1
    assert [summary.correlation_id for summary in traces.recent(now=NOW)] == list(reversed(rows))
    for id_, expected in rows.items():
        summary = traces.summary(id_, now=NOW)
        assert summary is not None
        assert {name: getattr(summary, name) for name in by_hand(expected)} == by_hand(expected)


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=9), max_size=15), st.integers(1, 5))
def test_only_the_traces_that_began_last_are_kept(groups: list[list[int]], capacity: int) -> None:
    traces, store = Traces(capacity), Store()
    seen: list[str] = []
    for group in groups:
        seen += [str(n) for n in group]
        feed(traces, store, [published(id_=str(n)) for n in group])
        kept = {summary.correlation_id: summary for summary in traces.recent(now=NOW)}
        assert len(traces) == len(kept) == min(capacity, len(set(seen)))
        # As many rows as there is room for are looked at together: their traces are all there.
        for name in seen[-1 - (len(group) - 1) % capacity :]:
            assert kept[name].last_seq == len(seen) - seen[::-1].index(name)
        assert all(summary.rows <= seen.count(name) for name, summary in kept.items())
    assert traces.evicted + len(traces) >= len(set(seen))


def test_rows_without_a_correlation_belong_to_no_trace() -> None:
    assert fed([Record(type="tick"), Record(type="tick")]).recent(now=NOW) == []


def test_an_id_that_is_too_long_has_no_place_in_the_list() -> None:
    traces = fed([published(id_="x" * (LONGEST_ID + 1)), published(id_="y")])
    assert [summary.correlation_id for summary in traces.recent(now=NOW)] == ["y"]


def test_the_list_can_be_read_page_by_page() -> None:
    traces = fed([published(id_=str(n)) for n in range(10)])
    first = traces.recent(4, now=NOW)
    second = traces.recent(4, before_seq=first[-1].first_seq, now=NOW)
    assert [s.correlation_id for s in first + second] == [str(n) for n in range(9, 1, -1)]


def test_traces_with_errors_can_be_asked_for() -> None:
    traces = fed([published(id_="fine"), published(id_="bad"), step(Phase.FAILED, "bad")])
    assert [s.correlation_id for s in traces.recent(errors_only=True, now=NOW)] == ["bad"]


def test_a_trace_that_nobody_knows_has_no_summary() -> None:
    assert fed([published()]).summary("z", now=NOW) is None


@pytest.mark.parametrize(
    ("rows", "later_s", "state"),
    [
        ([published(1), step(Phase.HANDLED)], 0.5, TraceState.OPEN),
        ([published(1), step(Phase.HANDLED)], 2, TraceState.COMPLETE),
        ([published(0)], 2, TraceState.COMPLETE),
        ([published(1), step(Phase.FAILED), step(Phase.DEAD_LETTERED)], 2, TraceState.COMPLETE),
        ([published(2), step(Phase.HANDLED)], 4, TraceState.OPEN),
        ([published(2), step(Phase.HANDLED)], 6, TraceState.STUCK),
        ([published()], 2, TraceState.OPEN),
        ([published()], 6, TraceState.QUIET),
        ([step(Phase.HANDLED)], 6, TraceState.QUIET),
    ],
)
def test_the_state_follows_from_what_came_and_from_silence(
    rows: list[Record], later_s: float, state: TraceState
) -> None:
    assert one(rows, now=NOW + int(later_s * SECOND)).state is state


def test_a_trace_whose_kind_usually_takes_long_is_stuck_later() -> None:
    traces, store = Traces(), Store()
    usual = 4 * SECOND
    for n in range(5):
        begin = published(1, str(n), occurred_at=NOW - usual)
        feed(traces, store, [begin, step(Phase.HANDLED, str(n))._replace(occurred_at=NOW)])
    feed(traces, store, [published(1, "late", occurred_at=NOW)])

    def state(after_s: int) -> Callable[[], TraceState] | TraceState:
        summary = traces.summary("late", now=NOW + after_s * SECOND)
        assert summary is not None
        return summary.state

    assert state(11) is TraceState.OPEN
    assert state(13) is TraceState.STUCK


def test_open_traces_are_those_with_deliveries_under_way_or_rows_of_late() -> None:
    store, traces = Store(), Traces()
    lives = {
        "done": [Record(type="t", correlation_id="done", fanout=1), Record(correlation_id="done", phase=Phase.HANDLED)],
        "stuck": [
            Record(type="t", correlation_id="stuck", fanout=2),
            Record(correlation_id="stuck", phase=Phase.HANDLED),
        ],
        "untold": [Record(type="t", correlation_id="untold", fanout=-1)],
    }
    for life in lives.values():
        feed(traces, store, life, NOW - 60 * SECOND)
    feed(traces, store, [Record(type="t", correlation_id="late")], NOW)
    feed(traces, store, [Record(type="t", correlation_id="new", fanout=1)], NOW)
    assert traces.open_ids(7, NOW) == ["stuck", "late"]
    assert traces.open_ids(8, NOW) == ["stuck", "late", "new"]
    feed(traces, store, [Record(correlation_id="stuck", phase=Phase.HANDLED)], NOW - 60 * SECOND)
    assert traces.open_ids(8, NOW + 60 * SECOND) == ["new"]


@given(st.lists(records, min_size=1, max_size=20), st.integers(1, 8), st.integers(0, 30))
def test_those_that_are_stuck_are_those_that_the_list_calls_so(rows: list[Record], most: int, later: int) -> None:
    traces, now = fed(rows), NOW + later * SECOND
    expected = [summary for summary in traces.recent(most, now=now) if summary.state is TraceState.STUCK]
    assert traces.stuck(most, now) == expected
