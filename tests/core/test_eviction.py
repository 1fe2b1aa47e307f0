"""What outlives its chunk when the budget is spent, and that all of it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from spilling import Spilling

from app.marks import Mark
from app.store.chunk import ROW_BYTES
from app.store.fairness import newest_within, water_level
from app.store.store import MIB, Evicted, Store
from connectors.gap import GAP_TYPE
from eventscope.connector import Block, Record
from eventscope.step import Phase

BUDGET = MIB

FAILING = (Phase.FAILED, Phase.RETRIED, Phase.DEAD_LETTERED, Phase.DROPPED)


def rows(count: int, **fields: Any) -> Block:
    return Block.of([Record(**({"payload": b"p" * 200} | fields))] * count)


def flood(store: Store, source: str = "noisy", chunks: int = 20, **fields: Any) -> None:
    """So many rows of one kind that everything before them is out of the way."""
    before = store.evicted
    while store.evicted - before < chunks * 400:
        store.append(source, rows(200, **({"type": "tick", "category": "noise"} | fields)), 1)


def kept(store: Store) -> list[int]:
    return [int(seq) for chunk in store.chunks for seq in chunk.seqs_of(np.arange(chunk.rows))]


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(BUDGET)
    yield store
    store.close()


@pytest.mark.parametrize("phase", FAILING)
def test_failures_outlive_what_went_well(store: Store, phase: Phase) -> None:
    first = store.append("noisy", rows(1, type="tick", category="noise", phase=phase, error="no"), 1)
    flood(store)
    assert store.keeps(first)
    assert not store.keeps(first + 1)
    assert store.event(first).error == "no"


def test_gaps_are_kept(store: Store) -> None:
    flood(store, chunks=1)
    first = store.append("noisy", rows(1, type=GAP_TYPE, category="noise"), 1)
    flood(store)
    assert store.keeps(first)


def test_what_belongs_to_a_failure_is_kept_with_it(store: Store) -> None:
    story = [
        Record(type="order", category="noise", id="1", correlation_id="c", payload=b"{}"),
        Record(type="order", category="noise", id="1", correlation_id="c", phase=Phase.FAILED),
    ]
    first = store.append("noisy", Block.of(story), 1)
    store.append("noisy", Block.of([Record(type="order", category="noise", id="2", correlation_id="d")] * 9), 1)
    flood(store)
    assert store.event(first + 1).phase == Phase.FAILED
    assert store.published(first + 1) == first


def test_rows_of_open_traces_are_kept_while_they_are_open(store: Store) -> None:
    opened = ["c"]
    store.open_traces = lambda until: opened
    first = store.append("noisy", rows(3, type="order", category="noise", correlation_id="c"), 1)
    store.append("noisy", rows(1, type="order", category="noise", correlation_id="d"), 1)
    flood(store)
    assert [store.keeps(seq) for seq in range(first, first + 3)] == [True] * 3
    opened.clear()
    flood(store, phase=Phase.FAILED, chunks=60)
    assert not store.keeps(first)


def test_the_latest_row_of_each_type_of_each_source_is_kept(store: Store) -> None:
    store.append("noisy", rows(5, type="rare", category="noise"), 1)
    latest = store.append("noisy", rows(1, type="rare", category="noise"), 1)
    step = store.append("noisy", rows(1, type="rare", category="noise", phase=Phase.HANDLED, payload=None), 1)
    flood(store)
    assert store.keeps(latest)
    assert store.keeps(step)
    assert not store.keeps(latest - 1)


def test_a_quiet_source_outlives_a_flood(store: Store) -> None:
    first = store.append("quiet", rows(50, type="order", category="order"), 1)
    flood(store)
    assert all(store.keeps(seq) for seq in range(first, first + 50))


def test_a_quiet_category_outlives_a_flood_of_the_same_source(store: Store) -> None:
    first = store.append("noisy", rows(50, type="order", category="order"), 1)
    flood(store)
    assert all(store.keeps(seq) for seq in range(first, first + 50))


def test_of_two_that_flood_each_has_its_share(store: Store) -> None:
    for _ in range(400):
        store.append("much", rows(60, type="tick", category="a"), 1)
        store.append("less", rows(30, type="tick", category="b"), 1)
        store.append("little", rows(1, type="tick", category="c"), 1)
    left = {account.source: account.kept for account in store.account()}
    assert left["little"] == 400
    assert left["less"] > 0.4 * left["much"]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from([100, 400, 1_500])), min_size=2, max_size=7), st.data())
def test_each_source_and_category_has_its_fair_share_of_the_bytes(
    groups: list[tuple[int, int]], data: st.DataObject
) -> None:
    """However much faster some send: who wants less than an equal share has all of it, the rest is shared out.

    Rows go by the chunk, so at any moment a group may have about half of its share.
    """
    store, rng, turn = Store(BUDGET), Random(data.draw(st.integers(0, 9))), 0
    sent = np.zeros(len(groups), np.int64)
    rates, sizes = [rate for rate, _ in groups], [size for _, size in groups]
    while sent.sum() < 10 * BUDGET:
        turn += 1
        (group,) = rng.choices(range(len(groups)), rates)
        row = Record("tick", rng.randbytes(sizes[group]), category=f"c{group % 2}")
        store.append(f"s{group // 2}", Block.of([row] * 20), turn)
        sent[group] += 20 * (sizes[group] + ROW_BYTES)
    kept = {(account.source, account.category): account.bytes for account in store.account()}
    shares = np.array([kept.get((f"s{group // 2}", f"c{group % 2}"), 0) for group in range(len(groups))])
    fair = np.minimum(sent, water_level(sent, float(shares.sum())))
    store.close()
    assert (shares >= 0.4 * fair).all(), (shares / fair).round(2)


def test_marked_rows_stay_and_go_when_the_mark_is_taken_away(store: Store) -> None:
    first = store.append("noisy", rows(2, type="tick", category="noise"), 1)
    store.marks.toggle(first, Mark.MARKED)
    flood(store)
    assert store.keeps(first)
    assert not store.keeps(first + 1)
    assert store.event(first).payload == b"p" * 200


def test_a_row_marked_at_any_moment_of_the_eviction_stays() -> None:
    store = Store(BUDGET)
    marked: list[int] = []
    while len(marked) < 100:
        newest = store.append("noisy", rows(50, type="tick", category="noise"), 1)
        seq = store.whole_from + len(marked)
        if store.evicted and newest % 7 == 0 and seq < newest and seq not in marked:
            store.marks.toggle(seq, Mark.MARKED)
            marked.append(seq)
    assert all(store.keeps(seq) for seq in marked)
    store.close()


def test_survivors_leave_room_for_what_is_new_and_marks_go_last(store: Store) -> None:
    first = store.append("noisy", rows(20, type="tick", category="noise", phase=Phase.FAILED), 1)
    for seq in range(first, first + 20):
        store.marks.toggle(seq, Mark.MARKED)
    flood(store, phase=Phase.FAILED, chunks=60)
    assert store.bytes <= store.budget
    assert all(store.keeps(seq) for seq in range(first, first + 20))
    assert not store.keeps(first + 20)
    assert store.kept - (store.next_seq - store.whole_from) > 20


def test_what_was_asked_of_a_row_that_went_is_evicted_also_between_survivors(store: Store) -> None:
    first = store.append("noisy", rows(1, type="a", category="noise", phase=Phase.FAILED), 1)
    gone = store.append("noisy", rows(1, type="tick", category="noise"), 1)
    last = store.append("noisy", rows(1, type="b", category="noise", phase=Phase.FAILED), 1)
    flood(store)
    assert store.kept_of([first, gone, last]).tolist() == [True, False, True]
    with pytest.raises(Evicted):
        store.event(gone)
    with pytest.raises(Evicted):
        store.cells([first, gone, last], ("type",))
    assert store.cells([last, first], ("type",)) == [("b",), ("a",)]


def test_survivors_are_known_as_such_after_a_clearing_was_undone(store: Store) -> None:
    store.append("noisy", rows(5, type="tick", category="noise", phase=Phase.FAILED), 1)
    flood(store)
    whole = store.whole_from
    assert store.oldest_seq < whole
    store.clear()
    store.append("noisy", rows(200, type="tick", category="noise"), 1)
    store.undo_clear()
    assert store.whole_from == whole


def test_account_names_the_top_talkers(store: Store) -> None:
    store.append("quiet", rows(5, type="order", category="order"), 1)
    flood(store)
    accounts = {(account.source, account.category): account for account in store.account()}
    assert accounts["quiet", "order"].kept == 5
    assert accounts["quiet", "order"].evicted == 0
    assert accounts["noisy", "noise"].evicted == store.evicted
    assert sum(account.bytes for account in accounts.values()) == pytest.approx(store.bytes, abs=10)


def test_a_hostile_number_of_categories_shares_one_account(store: Store) -> None:
    store.append("s", Block.of([Record("t", category=f"c{i}") for i in range(3_000)]), 1)
    accounts = store.account()
    assert len(accounts) <= 1_024
    assert sum(account.kept for account in accounts) == store.kept


def test_chunks_of_survivors_are_joined_so_that_they_stay_few(store: Store) -> None:
    for _ in range(60):
        store.append("noisy", rows(1, type="tick", category="noise", phase=Phase.FAILED), 1)
        flood(store, chunks=1)
    survivors = [chunk for chunk in store.chunks if chunk.next_seq <= store.whole_from]
    assert sum(chunk.rows for chunk in survivors) >= 40
    assert len(survivors) <= 8


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=20), st.integers(0, 3_000))
def test_the_water_level_fills_the_room_and_nobody_has_more(sizes: list[int], room: int) -> None:
    level = water_level(np.array(sizes), room)
    given_out = sum(min(size, level) for size in sizes)
    assert given_out == pytest.approx(min(sum(sizes), room))


@given(st.data())
def test_the_newest_of_each_group_stay(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 40))
    groups = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    newer, level = data.draw(st.lists(st.integers(0, 9), min_size=4, max_size=4)), data.draw(st.integers(0, 40))
    stays = newest_within(np.array(groups, np.uint16), np.array(sizes), np.array(newer), level)
    taken = list(newer)
    expected = []
    for group, size in reversed(list(zip(groups, sizes, strict=True))):
        taken[group] += size
        expected.append(taken[group] <= level)
    assert stays.tolist() == expected[::-1]


@dataclass
class Model:
    """All that was ever appended, by number."""

    records: dict[int, tuple[str, Record]] = field(default_factory=dict)

    def group(self, seqs: Iterable[int]) -> Counter[tuple[str, str | None]]:
        return Counter((self.records[seq][0], self.records[seq][1].category) for seq in seqs)


class Keeping(RuleBasedStateMachine):
    """Whatever comes, is marked, cleared and brought back: every row is counted once, and what is kept is unharmed."""

    budget = 60_000

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(self.budget)
        self.model = Model()

    @rule(
        count=st.integers(1, 80),
        source=st.sampled_from(["a", "b", "c"]),
        category=st.sampled_from([None, "x", "y"]),
        phase=st.sampled_from([Phase.PUBLISHED, Phase.PUBLISHED, Phase.HANDLED, Phase.FAILED]),
        trace=st.none() | st.sampled_from(["t", "u"]),
        size=st.sampled_from([0, 100, 3_000]),
    )
    def append(self, count: int, source: str, category: str | None, phase: Phase, trace: str | None, size: int) -> None:
        batch = [
            Record(
                f"type{i % 3}", b"x" * size, f"id{i}", category, phase=phase, correlation_id=trace, error="é" * (i % 3)
            )
            for i in range(count)
        ]
        first = self.store.append(source, Block.of(batch), 7)
        self.model.records |= {first + i: (source, record) for i, record in enumerate(batch)}

    @rule(number=st.integers(0, 1_000))
    def mark(self, number: int) -> None:
        seqs = kept(self.store)
        if seqs:
            self.store.marks.toggle(seqs[number % len(seqs)], Mark.MARKED)

    @rule()
    def clear(self) -> None:
        self.store.clear()
        assert self.store.kept == 0

    @rule()
    def undo_clear(self) -> None:
        before = kept(self.store)
        back = self.store.undo_clear()
        assert len(kept(self.store)) == back + len(before)
        assert kept(self.store)[back:] == before

    @rule()
    def settle_clear(self) -> None:
        self.store.settle_clear()

    @invariant()
    def every_row_is_counted_once(self) -> None:
        store = self.store
        assert store.kept + store.evicted + store.cleared == len(self.model.records) == store.next_seq - 1
        assert store.spilled <= store.kept
        assert store.bytes <= store.budget or not any(chunk.at_hand for chunk in store.chunks[:-1])

    @invariant()
    def what_is_kept_is_as_it_came(self) -> None:
        seqs = kept(self.store)
        assert seqs == sorted(set(seqs))
        cells = self.store.cells(
            seqs, ("seq", "source", "type", "id", "category", "payload", "error", "correlation_id")
        )
        for seq, source, *fields in cells:
            name, record = self.model.records[seq]
            assert source == name
            assert fields == [
                record.type, record.id, record.category, record.payload, record.error, record.correlation_id
            ]  # fmt: skip

    @invariant()
    def from_some_row_on_all_are_kept(self) -> None:
        first, end = self.store.whole_from, self.store.next_seq
        assert [seq for seq in kept(self.store) if seq >= first] == list(range(first, end))

    @invariant()
    def the_account_adds_up(self) -> None:
        accounts = self.store.account()
        assert sum(account.evicted for account in accounts) == self.store.evicted
        kept_by = {(account.source, account.category): account.kept for account in accounts if account.kept}
        assert kept_by == self.model.group(kept(self.store))

    def teardown(self) -> None:
        self.store.close()


class Recording(Keeping):
    """The same while all is recorded, now and then in another file, so that the oldest rows spill there."""

    budget = 150_000

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.recordings: list[Spilling] = []

    @precondition(lambda self: len(self.recordings) < 3)
    @rule()
    def begin_to_record(self) -> None:
        self.end_recording()
        self.recordings.append(Spilling(self.store, Path(self.folder.name) / f"{len(self.recordings)}.eventscope"))

    @precondition(lambda self: self.recordings)
    @rule()
    def record(self) -> None:
        self.recordings[-1].write()

    @precondition(lambda self: self.recordings)
    @rule()
    def end_recording(self) -> None:
        for recording in self.recordings[-1:]:
            recording.end()

    def teardown(self) -> None:
        super().teardown()
        for recording in self.recordings:
            recording.close()
        self.folder.cleanup()


Keeping.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestKeeping = Keeping.TestCase
Recording.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestRecording = Recording.TestCase
