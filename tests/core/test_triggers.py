"""Triggers: they fire on each new row that passes once, keep what is around it, and keep no more than they may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_filters import EVENTS, FILTERS

from app.filter.marked import reads_marks
from app.filter.matches import Matches
from app.filter.query import parse
from app.marks import MOST_ROWS, Mark, Marks
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.store.store import MIB, Store
from app.table_setup import TableSetup, Trigger
from app.triggers.kept import PART, Kept
from app.triggers.triggers import Triggers
from eventscope.connector import Block, Record

SECOND = 1_000_000_000
BUDGET = MIB
PAID = Trigger("type:failed", "payment failed", before_s=30, after_s=10)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(BUDGET)
    yield store
    store.close()


def put(store: Store, second: float, *types: str, size: int = 200) -> int:
    """Rows observed at one second; the first one's number."""
    batch = Block.of([Record(type_, b"p" * size, category="noise") for type_ in types])
    return store.append("s", batch, int(second * SECOND))


def flood(store: Store, triggers: Triggers, second: int = 1_000, chunks: int = 20) -> None:
    """So many rows of one kind that everything before them is out of the way."""
    before = store.evicted
    while store.evicted - before < chunks * 400:
        put(store, second, *["tick"] * 200)
        triggers.tick(triggers.rules)


def ran(store: Store, *rules: Trigger) -> Triggers:
    return Triggers(store, rules)


def drained(triggers: Triggers) -> None:
    """Test all that came, however many frames that takes."""
    triggers.tick(triggers.rules)
    while triggers.waiting:
        triggers.tick(triggers.rules)


texts = FILTERS.map(lambda written: written[0]).filter(lambda text: not reads_marks(parse(text).tree))
rules = st.builds(
    Trigger,
    filter=texts | st.sampled_from(["", "type:"]),
    before_s=st.sampled_from([0.0, 1.0, 30.0]),
    after_s=st.sampled_from([0.0, 1.0, 10.0]),
    off=st.booleans(),
)
batches = st.lists(st.tuples(st.integers(0, 40), EVENTS), min_size=1, max_size=8)


@settings(max_examples=80, deadline=None)
@given(batches, st.lists(rules, max_size=4))
def test_they_fire_on_exactly_the_rows_that_their_filters_select(batches_: Any, rules_: list[Trigger]) -> None:
    store = Store()
    triggers = Triggers(store, rules_)
    for second, rows in batches_:
        store.append("s", Block.of(rows), second * SECOND)
        drained(triggers)
    drained(triggers)
    expected: set[int] = set()
    for rule in rules_:
        found = selected(store, rule)
        expected |= found
        same = [other for other in rules_ if other.filter == rule.filter and not other.off]
        assert triggers.counts[rule.filter] == len(found or selected(store, *same[:1])) * len(same)
    assert set(store.marks.rows(Mark.TRIGGER).tolist()) == expected
    assert [int(seq) for seq in matching(store, "is:trigger")] == sorted(expected)
    store.close()


def selected(store: Store, *rules_: Trigger) -> set[int]:
    """What a trigger should fire on."""
    wrong = (rule.off or rule.filter in ("", "type:") for rule in rules_)
    return set() if not rules_ or any(wrong) else set(matching(store, rules_[0].filter))


def matching(store: Store, text: str) -> list[int]:
    matches = Matches(store)
    matches.set_filter(parse(text))
    while matches.progress[0] < matches.progress[1]:
        matches.update(1.0)
    matches.close()
    return [int(seq) for seq in matches.seqs(0, len(matches))]


some_types = st.lists(st.sampled_from(["tick", "tick", "failed"]), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), some_types), min_size=1, max_size=25), st.integers(0, 9), st.integers(0, 9)
)
def test_what_is_kept_is_the_time_before_and_after_each_firing(steps: Any, before: int, after: int) -> None:
    store, at = Store(), 100
    triggers = ran(store, Trigger("type:failed", before_s=before, after_s=after))
    rows: list[tuple[int, str]] = []
    for passed, types in steps:
        at += passed
        put(store, at, *types)
        rows += [(at, type_) for type_ in types]
        drained(triggers)
    fired = [second for second, type_ in rows if type_ == "failed"]
    expected = {seq for seq, (second, _) in enumerate(rows, 1) if any(f - before <= second <= f + after for f in fired)}
    assert {seq for first, stop in triggers.kept.spans for seq in range(first, stop)} == expected
    assert store.marks.spared.tolist() == sorted(expected)
    assert triggers.kept.bytes == sum(int(store.chunks[0].weights(seq - 1, seq)[0]) for seq in expected), (
        "each row is weighed once"
    )
    store.close()


def test_rows_around_a_firing_outlive_all_others(store: Store) -> None:
    triggers = ran(store, PAID)
    old = put(store, 50, "tick", "tick")
    first = put(store, 75, "tick", "tick")
    fired = put(store, 100, "failed")
    triggers.tick(triggers.rules)
    last = put(store, 110, "tick")
    after = put(store, 111, "tick")
    flood(store, triggers)
    kept = store.kept_of(range(1, after + 1))
    assert kept[first - 1 : last].all()
    assert not kept[: first - 1].any()
    assert not store.keeps(after)
    assert store.event(fired).type == "failed"
    assert store.keeps(old) is False


def test_what_is_kept_stays_within_its_part_and_the_oldest_firings_go_first(store: Store) -> None:
    triggers = ran(store, PAID)
    numbers = []
    for second in range(0, 40_000, 100):
        put(store, second, *["tick"] * 20)
        numbers.append(put(store, second + 1, "failed"))
        drained(triggers)
        assert triggers.kept.bytes <= BUDGET * PART
    assert triggers.kept.let_go > 0
    assert store.bytes <= BUDGET
    flood(store, triggers, 90_000)
    spans = triggers.kept.spans
    assert all(store.keeps(seq) for first, stop in spans for seq in range(first, stop))
    assert [seq for seq in numbers if any(first <= seq < stop for first, stop in spans)] == numbers[-len(spans) :]
    assert not store.keeps(numbers[0] - 1)


def test_a_trigger_that_always_fires_keeps_the_newest_that_fit(store: Store) -> None:
    triggers = ran(store, Trigger("type:tick"))
    for second in range(2_000):
        put(store, second / 10, *["tick"] * 10)
        drained(triggers)
    ((first, stop),) = triggers.kept.spans
    assert stop == store.next_seq
    assert 0 < triggers.kept.bytes <= BUDGET * PART
    assert first > 1
    assert len(triggers.firings) == 1
    assert triggers.firings[0].count == triggers.counts["type:tick"] == store.next_seq - 1


def test_repeated_firings_go_on_and_later_ones_are_new(store: Store) -> None:
    triggers = ran(store, PAID)
    for second in (0, 5, 14, 25):
        put(store, second, "failed", "tick")
        triggers.tick(triggers.rules)
    assert [(firing.first, firing.last, firing.count) for firing in triggers.firings] == [(1, 5, 3), (7, 7, 1)]
    assert triggers.firings[-1].at == 25 * SECOND
    assert triggers.latest(PAID) is triggers.firings[-1]


def test_news_are_told_once_with_the_first_row_met(store: Store) -> None:
    triggers = ran(store, PAID)
    put(store, 0, "tick", "failed", "failed")
    triggers.tick(triggers.rules)
    (news,) = triggers.take_news()
    assert (news.first, news.firing.count) == (2, 2)
    assert triggers.take_news() == []
    put(store, 1, "failed")
    triggers.tick(triggers.rules)
    (news,) = triggers.take_news()
    assert (news.first, news.firing.count) == (4, 3)


@pytest.mark.parametrize("rule", [Trigger("type:failed", off=True), Trigger("  "), Trigger("type:")])
def test_one_that_is_off_empty_or_wrong_does_nothing(store: Store, rule: Trigger) -> None:
    triggers = ran(store, rule)
    first = put(store, 0, "failed", "failed")
    triggers.tick(triggers.rules)
    assert not triggers.firings
    assert not triggers.kept.spans
    flood(store, triggers)
    assert not store.keeps(first)


def test_a_rule_meets_only_rows_that_come_later(store: Store) -> None:
    triggers = ran(store)
    put(store, 0, "failed")
    triggers.tick(triggers.rules)
    triggers.tick((PAID,))
    assert not triggers.firings
    put(store, 1, "failed")
    triggers.tick(triggers.rules)
    assert [firing.first for firing in triggers.firings] == [2]


def test_rows_of_several_triggers_say_all_their_names(store: Store) -> None:
    triggers = ran(store, PAID, Trigger("category:noise"))
    put(store, 0, "failed", "tick")
    triggers.tick(triggers.rules)
    assert store.marks.fired(1) == "payment failed, category:noise"
    assert store.marks.told(2) == "trigger: category:noise"


def test_too_many_rows_at_once_are_tested_on_later_frames() -> None:
    store = Store(16 * MIB)
    triggers = ran(store, *[Trigger(f"/x{number}y.*z/") for number in range(20)], Trigger("/p/"))
    put(store, 0, *["tick"] * 20_000, size=20)
    triggers.tick(triggers.rules)
    version = store.marks.version
    assert 0 < triggers.waiting < 20_000
    drained(triggers)
    assert triggers.counts["/p/"] == 20_000
    assert store.marks.version > version, "filters that ask for it have seen these rows already"
    assert triggers.missed == 0
    store.close()


def test_rows_that_go_before_they_are_tested_are_counted(store: Store) -> None:
    triggers = ran(store, PAID)
    put(store, 0, "tick")
    for _ in range(100):
        put(store, 1, *["tick"] * 200)
    drained(triggers)
    assert triggers.missed == store.evicted > 0


def test_marks_forget_the_oldest_firings_and_those_of_rows_that_are_gone() -> None:
    marks = Marks()
    marks.fire(np.arange(1, MOST_ROWS + 1), "a")
    assert marks.version == 0
    marks.fire(np.array([MOST_ROWS + 1]), "a")
    assert len(marks.rows(Mark.TRIGGER)) == MOST_ROWS // 2
    assert marks.version == 1
    assert marks.fired(1) == ""
    marks.prune(lambda rows: rows % 2 == 0)
    assert marks.fired(MOST_ROWS) == "a"
    assert marks.fired(MOST_ROWS - 1) == ""


@given(st.sets(st.integers(0, 60)), st.lists(st.integers(0, 9), max_size=10))
def test_spared_rows_are_those_noted_and_those_of_spans(noted: set[int], steps: list[int]) -> None:
    marks = Marks()
    for seq in noted:
        marks.toggle(seq, Mark.MARKED)
    edges = np.cumsum([step + 1 for step in steps]).tolist()
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    marks.keep(spans)
    assert marks.spared.tolist() == sorted(noted | {seq for first, stop in spans for seq in range(first, stop)})


def test_spans_without_rows_are_forgotten_for_good(store: Store) -> None:
    kept = Kept(store)
    put(store, 0, "tick")
    kept.add(1, 1, 0, 0)
    put(store, 5, "tick")
    kept.follow()
    store.clear()
    kept.prune()
    assert kept.spans == []


def test_a_session_follows_the_triggers_of_its_settings() -> None:
    session = Session(Settings())
    session.settings = session.settings.with_table(triggers=(PAID,))
    session.drain()
    session.intake.put("s", Block.of([Record("tick"), Record("failed")]))
    session.drain()
    assert [news.firing.last for news in session.triggers.take_news()] == [2]
    session.store.close()


def test_triggers_are_kept_in_the_settings(tmp_path: Any) -> None:
    path = tmp_path / "s.toml"
    table = TableSetup(triggers=(PAID, Trigger("error:*", hold=True, notify=False, off=True, before_s=2.5)))
    assert save_settings(Settings(table=table), path) is None
    assert load_settings(path)[0].table == table
