"""Grouped listings: folded repeats and the latest of each type or key, against a plain reading of the rows."""

from __future__ import annotations

import time
from itertools import groupby
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filter.matches import Matches
from app.filter.query import parse
from app.listing import grouped as grouped_module
from app.listing import telling
from app.listing.folded import Folded
from app.listing.grouped import Grouped
from app.listing.groupings import make_of
from app.listing.latest import Latest
from app.store.store import Store
from eventscope.connector import Block, Record

keys = st.sampled_from([None, "a", "b"])
rows = st.builds(Record, type=st.sampled_from(["t", "u", None]), key=keys, phase=st.integers(0, 2))
batches = st.lists(rows, min_size=1, max_size=12)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), batches),
        st.tuples(st.just("filter"), st.sampled_from(["", "type:t", "key:a", "-key:a", "type:none"])),
        st.tuples(st.just("horizon"), st.none() | st.integers(1, 30)),
        st.tuples(st.just("clear"), st.none()),
        st.tuples(st.just("open"), st.integers(0, 20)),
    ),
    max_size=8,
)


def settle(listing: Grouped) -> None:
    """Have all rows grouped, and nothing left to be told."""
    deadline = time.monotonic() + 10
    listing._begun = 0.0
    while listing.update() or listing.is_busy:
        assert time.monotonic() < deadline
        listing._begun = 0.0


def listed(listing: Any) -> list[int]:
    return [int(seq) for seq in listing.seqs(0, len(listing))]


def runs(store: Store, seqs: list[int]) -> list[list[int]]:
    def alike(seq: int) -> tuple[object, ...]:
        event = store.event(seq)
        return event.type, event.key, event.source, event.phase

    return [list(run) for _, run in groupby(seqs, alike)]


def latest(store: Store, seqs: list[int], field: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for seq in seqs:
        value = getattr(store.event(seq), field)
        if value is not None:
            found.setdefault(value, []).append(seq)
    return found


def act(store: Store, listing: Grouped, step: tuple[str, Any]) -> None:
    """Do one of the steps."""
    what, how = step
    if what == "rows":
        store.append("s", Block.of(how), 1)
    elif what == "filter":
        listing.set_filter(parse(how))
    elif what == "horizon":
        listing.horizon = how
    elif what == "clear":
        store.clear()
    elif isinstance(listing, Folded) and how < len(listing):
        listing.toggle(listing.seq_at(how), True)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_repeats_are_folded_as_a_plain_reading_folds_them(steps: list[tuple[str, Any]]) -> None:
    store = Store()
    base = Matches(store)
    listing = Folded(base, store)
    for step in steps:
        act(store, listing, step)
        settle(listing)
        wanted = runs(store, listed(base))
        shown = [row for run in wanted for row in (run if listing.is_open(run[0]) else run[:1])]
        assert listed(listing) == shown
        assert [listing.seq_at(number) for number in range(len(listing))] == shown
        for run in wanted:
            assert listing.count_of(run[0]) == len(run)
            for seq in run:
                at = shown.index(seq if listing.is_open(run[0]) else run[0])
                assert listing.index_of(seq) == at
    base.close()


@settings(max_examples=150, deadline=None)
@given(steps, st.sampled_from(["type", "key"]))
def test_the_latest_of_each_is_that_of_a_plain_reading(steps: list[tuple[str, Any]], field: str) -> None:
    store = Store()
    base = Matches(store)
    listing = Latest(base, store, field)
    for step in steps:
        act(store, listing, step)
        settle(listing)
        wanted = latest(store, listed(base), field)
        assert sorted(listed(listing)) == sorted(seqs[-1] for seqs in wanted.values())
        assert all(listing.count_of(seqs[-1]) == len(seqs) for seqs in wanted.values())
    base.close()


@given(st.lists(st.tuples(batches, batches), max_size=5))
@settings(deadline=None)
def test_rows_keep_their_places_while_later_ones_take_them(pairs: list[tuple[list[Record], list[Record]]]) -> None:
    store = Store()
    base = Matches(store)
    listing = Latest(base, store, "type")
    places: dict[str | None, int] = {}
    for batch in [batch for pair in pairs for batch in pair]:
        store.append("s", Block.of(batch), 1)
        before = listed(listing)
        settle(listing)
        for row, seq in enumerate(listed(listing)):
            assert places.setdefault(store.event(seq).type, row) == row
        assert [listing.index_of(seq) for seq in before] == list(range(len(before))), "what was shown is still found"
    base.close()


def test_rows_that_go_leave_their_groups() -> None:
    store = Store(16 * 2**20)
    base = Matches(store)
    listing = Folded(base, store)
    chance = Random(1)
    for number in range(60):
        kind = f"t{number // 7 % 3}"
        store.append("s", Block.of([Record(type=kind, payload=chance.randbytes(2_000)) for _ in range(300)]), 1)
        if number % 5 == 0:
            settle(listing)
    settle(listing)
    assert store.evicted
    assert listed(listing) == [run[0] for run in runs(store, listed(base))]
    latest_of = Latest(base, store, "type")
    settle(latest_of)
    assert sorted(listed(latest_of)) == sorted(seqs[-1] for seqs in latest(store, listed(base), "type").values())
    base.close()


def test_many_rows_are_grouped_by_a_thread_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "FEW", 10)
    monkeypatch.setattr(telling, "MOST", 100)
    monkeypatch.setattr(grouped_module, "MOST", 100)
    store = Store()
    base = Matches(store)
    listing = Folded(base, store)
    for number in range(20):
        store.append("s", Block.of([Record(type=f"t{number % 2}")] * (number * 7 + 1)), 1)
        listing.update()
    settle(listing)
    assert listed(listing) == [run[0] for run in runs(store, listed(base))]
    listing.close()
    base.close()


def test_keys_without_end_do_not_make_rows_without_end() -> None:
    store = Store()
    base = Matches(store)
    listing = Latest(base, store, "key", most=100)
    for start in range(0, 1_000, 50):
        store.append("s", Block.of([Record(key=f"k{number}") for number in range(start, start + 50)]), 1)
        settle(listing)
        assert len(listing) <= 100
        assert listing.seq_at(len(listing) - 1) == store.next_seq - 1
    base.close()


def test_only_what_changed_is_told() -> None:
    store = Store()
    base = Matches(store)
    listing = Folded(base, store)
    store.append("s", Block.of([Record(type="a"), Record(type="a"), Record(type="b")]), 1)
    settle(listing)
    store.append("s", Block.of([Record(type="b"), Record(type="c"), Record(type="c")]), 1)
    change = listing.update()
    assert (change.removed, change.appended, change.reset, change.touched) == (0, 1, False, True)
    assert not listing.update()
    base.close()


@pytest.mark.parametrize(("name", "kind"), [("repeats", Folded), ("type", Latest), ("key", Latest)])
def test_groupings_are_known_by_name(name: Any, kind: type) -> None:
    store = Store()
    base = Matches(store)
    make = make_of(name, store)
    assert make is not None
    assert isinstance(make(base), kind)
    assert make_of("", store) is None
    base.close()
