"""Latency: percentiles equal to NumPy's on the same samples, gaps where nothing came, budgets kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.latency.bins import BIN_NS
from app.latency.breaches import Breaches
from app.latency.latency import Latency
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN, Phase

START = 1_800_000_000_000_000_000
MS = 1_000_000
SECOND = 1_000_000_000


@dataclass
class Feed:
    """A store, and what looks at its rows."""

    store: Store
    parts: Sequence[Latency | Breaches]

    def __call__(self, rows: Sequence[Record], at: int = START) -> None:
        first = self.store.append("demo", Block.of(rows), at)
        for chunk in self.store.chunks:
            start = max(first - chunk.first_seq, 0)
            if start < chunk.rows:
                for part in self.parts:
                    part.add(chunk, start, chunk.rows)


def handled(total: int, priority: int = 3, *, queue: int = UNKNOWN, handle: int = UNKNOWN) -> Record:
    return Record(type="t", phase=Phase.HANDLED, priority=priority, total_ns=total, queue_ns=queue, handle_ns=handle)


def latency() -> tuple[Latency, Feed]:
    made = Latency()
    return made, Feed(Store(), [made])


durations = st.one_of(st.just(UNKNOWN), st.integers(-5, 3 * 10**11))
rows = st.fixed_dictionaries(
    {
        "type": st.just("t"),
        "phase": st.sampled_from(list(Phase)),
        "priority": st.integers(-1, 3),
        "total_ns": durations,
        "queue_ns": durations,
        "handle_ns": durations,
    }
).map(lambda fields: Record(**fields))
stretches = st.lists(st.tuples(st.integers(0, 3), st.lists(rows, min_size=1, max_size=12)), min_size=1, max_size=8)


@given(stretches, st.sampled_from(["total", "queue", "handle"]), st.integers(0, 3))
def test_each_bin_has_the_percentiles_of_its_samples(
    given_rows: list[tuple[int, list[Record]]], kind: str, priority: int
) -> None:
    made, feed = latency()
    samples: dict[int, list[tuple[np.float32, int]]] = {}
    published: dict[int, int] = {}
    number, seq = START // BIN_NS, 1
    for gap, batch in given_rows:
        number += gap
        feed(batch, number * BIN_NS)
        for row in batch:
            value = getattr(row, f"{kind}_ns")
            if row.phase in (Phase.HANDLED, Phase.FAILED) and row.priority == priority and value >= 0:
                samples.setdefault(number, []).append((np.float32(value), seq))
            published[number] = published.get(number, 0) + (row.phase == Phase.PUBLISHED)
            seq += 1
    series = made.series(kind, priority, START)  # type: ignore[arg-type]
    rates = made.rates(START)
    assert len(series.time) == len(rates.time) == number - START // BIN_NS + 1
    for i, of_bin in enumerate(range(START // BIN_NS, number + 1)):
        assert series.time[i] == of_bin / 4
        assert rates.per_second[i].sum() == 4 * published.get(of_bin, 0)
        measured = samples.get(of_bin, [])
        assert series.count[i] == len(measured)
        if not measured:
            assert np.isnan([series.p50[i], series.p95[i], series.p99[i], series.max[i]]).all()
            assert series.p99_seq[i] == series.max_seq[i] == 0
            continue
        values = np.array([value for value, _ in measured], np.float64) / 1e6
        expected = np.percentile(values, [50, 95, 99, 100], method="higher")
        assert [series.p50[i], series.p95[i], series.p99[i], series.max[i]] == pytest.approx(expected.tolist())
        of_row = {row: float(value) / 1e6 for value, row in measured}
        assert of_row[series.p99_seq[i]] == pytest.approx(series.p99[i])
        assert of_row[series.max_seq[i]] == pytest.approx(series.max[i])
    assert made.measured(kind, priority) == sum(map(len, samples.values()))  # type: ignore[arg-type]


@given(st.lists(st.integers(1_000, 10**11), min_size=1, max_size=60), st.integers(0, 3))
def test_the_status_is_that_of_all_samples_in_the_window(values: list[int], priority: int) -> None:
    made, feed = latency()
    for i, value in enumerate(values):
        feed([handled(value, priority)], START + i * SECOND // 4)
    status = made.status("total", priority, 30, START + 15 * SECOND)
    expected = np.percentile(np.array(values) / 1e6, [50, 95, 99, 100], method="higher")
    assert status.count == len(values)
    assert [status.p50, status.p95, status.p99, status.max] == pytest.approx(expected.tolist(), rel=0.02)


def test_the_status_forgets_what_left_the_window() -> None:
    made, feed = latency()
    feed([handled(500 * MS)], START)
    feed([handled(1 * MS)], START + 20 * SECOND)
    assert made.status("total", 3, 30, START + 20 * SECOND).count == 2
    later = made.status("total", 3, 10, START + 20 * SECOND)
    assert (later.count, later.max) == (1, pytest.approx(1.0))
    assert made.status("total", 3, 60, START + 600 * SECOND).count == 0


def test_the_status_forgets_what_was_measured_a_minute_before() -> None:
    made, feed = latency()
    for after_s in (0, 60, 61):
        feed([handled(1 * MS)], START + after_s * SECOND)
    assert made.status("total", 3, 60, START + 61 * SECOND).count == 2


def test_budgets_can_be_changed_while_it_runs() -> None:
    made, feed = latency()
    feed([handled(8 * MS), handled(12 * MS)])
    assert (made.status("total", 3, now=START).over, made.status("total", 3, now=START).over_fraction) == (1, 0.5)
    made.set_budgets({EventPriority.CRITICAL: 5})
    status = made.status("total", 3, now=START)
    assert (status.over, status.budget_ms) == (2, 5.0)


@pytest.mark.parametrize("budget", [0, -1, float("nan")])
def test_a_budget_of_nothing_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match="more than 0 ms"):
        Latency({EventPriority.LOW: budget})


def test_negative_durations_and_unknown_priorities_are_counted_apart() -> None:
    made, feed = latency()
    feed([handled(-5, queue=-1), handled(7, queue=2), handled(9, priority=-1)])
    assert made.negative == {"total": 1, "queue": 1, "handle": 0}
    assert made.unknown_priority == 1
    assert (made.measured("total", 3), made.measured("handle", 3)) == (1, 0)


def test_a_small_step_back_of_the_clock_fills_the_open_bin() -> None:
    made, feed = latency()
    feed([handled(1 * MS)], START)
    feed([handled(2 * MS)], START - BIN_NS)
    assert made.series("total", 3, START).count.tolist() == [2]


def test_the_clock_may_step_back_by_an_hour() -> None:
    made, feed = latency()
    feed([handled(1 * MS)], START)
    feed([handled(2 * MS)], START - 3600 * SECOND)
    assert made.series("total", 3, START - 3600 * SECOND).max.tolist() == pytest.approx([2.0])
    assert made.measured("total", 3) == 2


def test_the_status_survives_a_clock_that_steps_back_over_what_it_measured() -> None:
    made, feed = latency()
    for at in (START, START + 10 * SECOND, START, START + 20 * SECOND):
        feed([handled(8 * MS, 2 if at == START else 3)], at)
    feed([Record(type="t")], START)
    status = made.status("total", 2, 60, START + 20 * SECOND)
    assert status.count == 2
    assert status.max == pytest.approx(8, rel=0.02)


def test_a_series_is_an_hour_at_most() -> None:
    made, feed = latency()
    feed([handled(1 * MS)], START)
    assert len(made.series("total", 3, 0).time) == 14_400
    assert made.series("total", 3, START + SECOND).time.tolist() == []


def test_an_empty_latency_answers() -> None:
    made = Latency()
    assert made.series("queue", 0, START).time.tolist() == []
    assert made.status("queue", 0).count == 0
    assert made.measured("queue", 0) == 0


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 400)), min_size=1, max_size=40), st.integers(1, 30))
def test_breaches_are_the_latest_rows_over_budget(cases: list[tuple[int, int]], capacity: int) -> None:
    breaches = Breaches(capacity=capacity)
    feed = Feed(Store(), [breaches])
    budgets = {3: 10, 2: 50, 1: 50, 0: 200, -1: 10**9}
    over = []
    for seq, (priority, ms) in enumerate(cases, start=1):
        feed([handled(ms * MS, priority, queue=ms * MS // 4)], START + seq)
        if ms > budgets[priority]:
            over.append((seq, START + seq, priority, ms))
    found = breaches.since(0)
    assert breaches.total == len(over)
    assert [(b.seq, b.at, b.priority, round(b.value_ms)) for b in found] == over[-capacity:]
    assert [b.number for b in found] == list(range(len(over)))[-capacity:]
    assert all(b.wait_share == pytest.approx(0.25) and b.budget_ms == budgets[b.priority] for b in found)
    assert breaches.counts() == {p: sum(p == lane for _, _, lane, _ in over) for p in EventPriority}


def test_more_breaches_at_once_than_are_kept() -> None:
    breaches = Breaches(capacity=5)
    Feed(Store(), [breaches])([handled((20 + n) * MS) for n in range(12)])
    assert [round(b.value_ms) for b in breaches.since(0)] == [27, 28, 29, 30, 31]
    assert [b.number for b in breaches.since(10)] == [10, 11]


def test_a_breach_whose_wait_is_unknown_says_so() -> None:
    breaches = Breaches()
    Feed(Store(), [breaches])([handled(20 * MS)])
    assert breaches.since(0)[0].wait_share is None
