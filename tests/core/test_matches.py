"""Matches followed step by step, against testing every row anew."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.filter import matches as matches_module
from app.filter.matches import Matches
from app.filter.query import Filter, parse
from app.listing.listing import Change
from app.marks import Mark
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase

FILTERS = ["", "type:a", "-type:a", "needle", "needle or type:b", "type:nothing", "priority>=high needle"]


def block(count: int, offset: int = 0) -> Block:
    return Block.of(
        [
            Record(
                type="abc"[(i + offset) % 3],
                priority=i % 4,
                phase=Phase.FAILED if i % 20 == 19 else Phase.PUBLISHED,
                payload=b"a Needle" if i % 5 == 0 else b"hay" * 20,
            )
            for i in range(count)
        ]
    )


def expected(store: Store, wanted: Filter, horizon: int | None = None) -> list[int]:
    found = [chunk.seqs_of(np.flatnonzero(wanted.mask(chunk, 0, chunk.rows))) for chunk in store.chunks]
    return [int(seq) for part in found for seq in part if horizon is None or seq < horizon]


def all_of(matches: Matches) -> list[int]:
    return [int(seq) for seq in matches.seqs(0, len(matches))]


def settle(matches: Matches) -> list[Change]:
    """Update until everything is scanned; the changes on the way."""
    changes = [matches.update()]
    deadline = time.monotonic() + 20
    while matches.progress[0] < matches.progress[1]:
        assert time.monotonic() < deadline, "the search never ends"
        time.sleep(0.001)
        changes.append(matches.update())
    return changes


def replay(shown: list[int], change: Change, matches: Matches) -> list[int]:
    """What a view shows that believes the change."""
    if change.reset:
        return all_of(matches)
    kept = [int(seq) for seq in matches.seqs(0, change.front)] + shown[change.front + change.removed :]
    return kept + [int(seq) for seq in matches.seqs(len(kept), len(kept) + change.appended)]


class Following(RuleBasedStateMachine):
    """A view that replays changes shows the same as a full scan, whatever happens in between."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(60_000)
        self.matches = Matches(self.store)
        self.shown: list[int] = []
        for offset in range(5):
            self.append(60, offset)

    @rule(count=st.integers(1, 60), offset=st.integers(0, 2))
    def append(self, count: int, offset: int) -> None:
        self.store.append("quiet" if offset else "s", block(count, offset), 1)

    @rule(text=st.sampled_from(FILTERS))
    def set_filter(self, text: str) -> None:
        self.matches.set_filter(parse(text))

    @rule(budget=st.sampled_from([0.0, 0.00001, 0.004]))
    def update(self, budget: float) -> None:
        self.shown = replay(self.shown, self.matches.update(budget), self.matches)

    @rule(ago=st.integers(0, 600))
    def pause(self, ago: int) -> None:
        self.matches.horizon = max(self.store.next_seq - ago, 0)

    @rule()
    def resume(self) -> None:
        self.matches.horizon = None

    @precondition(lambda self: self.store.next_seq > 400)
    @rule()
    def clear(self) -> None:
        self.store.clear()

    @rule()
    def undo_clear(self) -> None:
        self.store.undo_clear()

    @rule(ago=st.integers(1, 600))
    def mark(self, ago: int) -> None:
        if self.store.keeps(self.store.next_seq - ago):
            self.store.marks.toggle(self.store.next_seq - ago, Mark.MARKED)

    @rule()
    def settle(self) -> None:
        self.shown = replay(self.shown, self.matches.update(), self.matches)
        while self.matches.progress[0] < self.matches.progress[1]:
            self.shown = replay(self.shown, self.matches.update(), self.matches)
        assert self.shown == expected(self.store, self.matches.filter, self.matches.horizon)

    @invariant()
    def seqs_ascend_and_indexes_lead_back_to_them(self) -> None:
        seqs = all_of(self.matches)
        assert seqs == sorted(set(seqs))
        assert [self.matches.seq_at(i) for i in range(len(seqs))] == seqs
        assert [self.matches.index_of(seq) for seq in seqs] == list(range(len(seqs)))

    def teardown(self) -> None:
        self.matches.close()


Following.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestFollowing = Following.TestCase


@pytest.fixture
def store() -> Store:
    store = Store()
    for i in range(30):
        store.append("s", block(3_000, i), 1)
    return store


@pytest.fixture
def matches(store: Store):  # type: ignore[no-untyped-def]
    matches = Matches(store)
    yield matches
    matches.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine so slow that every search of text goes to the thread."""
    monkeypatch.setattr(matches_module, "BYTES_PER_SECOND", 1)


@pytest.mark.parametrize("text", FILTERS)
def test_a_new_filter_is_applied_to_all_rows(store: Store, matches: Matches, text: str) -> None:
    settle(matches)
    matches.set_filter(parse(text))
    changes = settle(matches)
    assert any(change.reset for change in changes)
    assert all_of(matches) == expected(store, parse(text))
    assert matches.complete


@pytest.mark.usefixtures("patient")
def test_text_is_searched_in_a_thread_newest_first(store: Store, matches: Matches) -> None:
    matches.set_filter(parse("needle"))
    changes = settle(matches)
    assert len(changes) > 1
    assert all_of(matches) == expected(store, parse("needle"))


@pytest.mark.usefixtures("patient")
def test_no_chunk_has_matches_before_all_newer_ones_are_searched(store: Store, matches: Matches) -> None:
    newest = store.chunks[-1].first_seq
    of_newest = [seq for seq in expected(store, parse("needle")) if seq >= newest]
    matches.set_filter(parse("needle"))
    while matches.progress[0] < matches.progress[1]:
        matches.update()
        found = all_of(matches)
        if found and found[0] < newest:
            assert found[-len(of_newest) :] == of_newest


def test_new_rows_are_appended_and_nothing_else_is_reported(store: Store, matches: Matches) -> None:
    settle(matches)
    before = len(matches)
    store.append("s", block(70_000), 1)
    assert settle(matches) == [Change(appended=70_000)]
    assert len(matches) == before + 70_000
    assert not matches.update()


def test_eviction_is_reported_as_rows_removed_at_the_front() -> None:
    store = Store(3_000_000)
    matches = Matches(store)
    store.append("s", block(10_000), 1)
    matches.update()
    before = len(matches)
    while not store.evicted:
        store.append("s", block(1_000), 1)
    change = matches.update(1.0)
    assert (change.removed, change.reset) == (store.evicted, False)
    assert len(matches) == before - change.removed + change.appended
    assert matches.seq_at(0) == store.oldest_seq


def test_matches_that_come_before_others_are_reported_as_a_reset(store: Store, matches: Matches) -> None:
    matches.set_filter(parse("type:a"))
    assert matches.update(0.0).reset
    first = all_of(matches)
    assert first[0] >= store.chunks[-1].first_seq
    assert matches.update(0.0) == Change(reset=True)
    assert all_of(matches) == expected(store, parse("type:a"))


def test_a_horizon_behind_what_was_shown_is_reported_as_a_reset(store: Store, matches: Matches) -> None:
    settle(matches)
    matches.horizon = 1_000
    assert matches.update() == Change(reset=True)
    assert all_of(matches) == list(range(1, 1_000))


@pytest.mark.usefixtures("patient")
def test_what_a_search_finds_in_an_evicted_chunk_is_left_out() -> None:
    store = Store(3_000_000)
    store.append("s", block(9_000), 1)
    matches = Matches(store)
    matches.set_filter(parse("needle"))
    matches.update()
    while not store.evicted:
        store.append("s", block(1_000), 1)
    settle(matches)
    assert all_of(matches) == expected(store, parse("needle"))
    matches.close()


def test_a_paused_view_stays_at_its_horizon_and_catches_up(store: Store, matches: Matches) -> None:
    settle(matches)
    matches.horizon = store.next_seq
    store.append("s", block(5), 1)
    assert not matches.update()
    assert matches.progress == (90_000, 90_000)
    matches.set_filter(parse("type:a"))
    settle(matches)
    assert all_of(matches) == expected(store, parse("type:a"), 90_001)
    matches.horizon = None
    assert matches.update() == Change(appended=2)


def test_cancelling_keeps_what_was_found_and_follows_new_rows(
    store: Store, matches: Matches, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches.set_filter(parse("needle"))
    matches.update()
    matches.cancel()
    monkeypatch.undo()
    found = len(matches)
    assert not matches.complete
    assert matches.progress[0] == matches.progress[1]
    store.append("s", block(10), 1)
    matches.update()
    assert len(matches) == found + 2


def test_index_of_is_the_first_match_at_or_after_a_row(store: Store, matches: Matches) -> None:
    matches.set_filter(parse("type:a"))
    settle(matches)
    assert [matches.index_of(seq) for seq in (0, 1, 2, 4, 5)] == [0, 0, 1, 1, 2]
    assert matches.index_of(store.next_seq) == len(matches)
    with pytest.raises(IndexError):
        matches.seq_at(len(matches))
    with pytest.raises(IndexError):
        matches.seq_at(-1)


def test_a_search_that_fails_says_so(store: Store, matches: Matches, patient: None) -> None:
    class Broken(Filter):
        def mask(self, chunk: object, start: int, stop: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
            raise RuntimeError("broken filter")

    matches.set_filter(Broken("needle", parse("needle").tree))
    matches.update()
    with pytest.raises(RuntimeError, match="broken filter"):
        settle(matches)
