"""Colours: the first rule that fits, evaluated for the rows that are asked for, and conversations coloured by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.colours import MOST_ROWS, Colour, Colours
from app.filter.query import parse
from app.latency.budgets import DEFAULT_BUDGETS_MS
from app.marks import Mark
from app.store.store import Store
from app.table_setup import ColourRule, TableSetup
from app.usual_colours import usual_rules
from eventscope.connector import Block, Record

FILTERS = (
    "type:a*", "type:b,c", "priority>=high", "latency>2ms", "payload.n>5", "error:*x*", "needle", "/n[ie]/",
    "is:marked", "-type:a", "key:k1 or size>9", "header.h:1",
)  # fmt: skip
rules = st.builds(
    ColourRule,
    filter=st.one_of(st.sampled_from(FILTERS), st.just("type:"), st.just("")),
    tone=st.sampled_from(["red", "amber", "green", "blue"]),
    glyph=st.sampled_from(["", "x", "y"]),
    off=st.booleans(),
)
records = st.builds(
    Record,
    type=st.sampled_from(["a", "ab", "b", "c"]),
    priority=st.integers(-1, 3),
    total_ns=st.one_of(st.just(float("nan")), st.integers(0, 5_000_000)),
    payload=st.one_of(
        st.none(), st.integers(0, 9).map(lambda n: b'{"n":%d,"t":"needle"}' % n if n % 2 else b'{"n":%d}' % n)
    ),
    error=st.sampled_from([None, "xx"]),
    key=st.sampled_from([None, "k1", "k2"]),
    headers=st.sampled_from([None, (("h", "1"),)]),
)


def stored(rows: list[Record]) -> Store:
    store = Store()
    store.append("s", Block.of(rows), 1)
    return store


def naive(store: Store, rules_: list[ColourRule], seq: int) -> Colour | None:
    """Row by row, rule by rule."""
    chunk = store.chunk_of(seq)
    for rule in rules_:
        try:
            wanted = parse(rule.filter)
        except ValueError:
            continue
        row = int(chunk.rows_of(chunk.seqs_of(parse("").mask(chunk, 0, chunk.rows).nonzero()[0]))[seq - 1])
        if not rule.off and rule.filter and wanted.mask(chunk, row, row + 1)[0]:
            return Colour(rule.tone, rule.glyph or rule.tone[0].upper())
    return None


@settings(max_examples=60, deadline=None)
@given(st.lists(records, min_size=1, max_size=90), st.lists(rules, max_size=6), st.data())
def test_colours_are_those_of_testing_each_row_with_each_rule(rows, rules_, data):
    store = stored(rows)
    for seq in data.draw(st.lists(st.integers(1, len(rows)), unique=True, max_size=9)):
        store.marks.toggle(seq, Mark.MARKED)
    colours = Colours(store, rules_)
    asked = data.draw(st.lists(st.integers(1, len(rows) + 5), unique=True))
    expected = {seq: colour for seq in asked if seq <= len(rows) and (colour := naive(store, rules_, seq))}
    assert all_of(colours, asked) == expected
    assert all_of(colours, asked) == expected, "what is remembered says the same"


def all_of(colours: Colours, seqs: list[int]) -> dict[int, Colour]:
    """The colours, however often one has to ask."""
    found = colours.of(seqs)
    while colours.pending:
        found = colours.of(seqs)
    return found


def test_a_change_of_marks_is_followed():
    store = stored([Record(type="a")] * 5)
    colours = Colours(store, [ColourRule("is:marked", "blue", "m")])
    assert colours.of([1, 2]) == {}
    store.marks.toggle(2, Mark.MARKED)
    assert colours.of([1, 2]) == {2: Colour("blue", "m")}
    store.marks.toggle(2, Mark.MARKED)
    assert colours.of([1, 2]) == {}


def test_other_rules_are_followed():
    store = stored([Record(type="a"), Record(type="b")])
    colours = Colours(store, [ColourRule("type:a", "red", "1")])
    before = colours.version
    assert colours.of([1, 2]) == {1: Colour("red", "1")}
    colours.set_rules([ColourRule("type:b", "green")])
    assert colours.version > before
    assert colours.of([1, 2]) == {2: Colour("green", "G")}


def test_rows_that_are_gone_have_no_colour():
    store = stored([Record(type="a")])
    colours = Colours(store, [ColourRule("type:a", "red")])
    store.clear()
    assert colours.of([1]) == {}


def test_what_is_remembered_is_bounded():
    store = stored([Record(type="a")] * (MOST_ROWS + 3_000))
    colours = Colours(store, [ColourRule("type:a", "red")])
    for start in range(1, store.next_seq, 500):
        all_of(colours, list(range(start, min(start + 500, store.next_seq))))
    assert len(colours._known) <= MOST_ROWS


def test_dear_rules_are_spread_over_several_calls():
    rows = [Record(type="a", payload=b"x" * 100_000) for _ in range(400)]
    colours = Colours(stored(rows), [ColourRule(f"/x+y{number}/", "red") for number in range(20)])
    known = []
    while not known or colours.pending:
        colours.of(list(range(1, 401)))
        known.append(len(colours._known))
    assert len(known) > 20
    assert known == sorted(known)
    assert known[-1] == 400


def test_a_conversation_is_coloured_and_uncoloured_by_the_same_key():
    colours = Colours(Store())
    colours.paint_conversation("one", 1)
    assert colours.conversation("one") == Colour("blue", "1")
    colours.paint_conversation("two", 1)
    assert colours.conversation("one") is None, "a tone belongs to one conversation at a time"
    colours.paint_conversation("two", 3)
    assert colours.conversation("two") == Colour("green", "3")
    colours.paint_conversation("two", 3)
    assert colours.conversation("two") is None
    colours.paint_conversation("three", 9)
    colours.clear_conversations()
    assert colours.conversation("three") is None
    assert colours.conversation(None) is None


def test_the_usual_rules_are_filters_and_fit_into_the_settings():
    usual = usual_rules(DEFAULT_BUDGETS_MS)
    assert all(parse(rule.filter).tree is not None and rule.glyph for rule in usual)
    assert TableSetup(colours=tuple(usual)).colours == tuple(usual)


@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_the_usual_rules_know_what_is_over_its_budget(priority):
    budget = DEFAULT_BUDGETS_MS[priority] * 1e6
    store = stored([Record(priority=priority, total_ns=budget * 1.1), Record(priority=priority, total_ns=budget * 0.9)])
    late = Colours(store, [rule for rule in usual_rules(DEFAULT_BUDGETS_MS) if rule.glyph == "!"])
    assert list(late.of([1, 2])) == [1]
