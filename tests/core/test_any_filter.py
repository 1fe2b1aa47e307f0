"""The filter language as a whole: any filter on any events, against a plain reading of each event."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from unittest.mock import patch

import hypothesis
import numpy as np
import pytest
from frozen import freeze
from hypothesis import example, find, given, settings
from hypothesis import strategies as st
from written_filters import EVENTS, FILTERS, MARKED, NOW, OBSERVED, TERMS, UNORDERED, Written

from app.colours import Colours
from app.commands.headless import parse_filter, watch
from app.filter import units
from app.filter.matches import Matches
from app.filter.operators import FIELDS, OPEN_FIELDS
from app.filter.order import ORDER
from app.filter.query import FilterError, parse
from app.filter.syntax import Comparison
from app.session import Session
from app.store.store import Store
from app.table_setup import ColourRule
from eventscope.connector import Block, Record


@pytest.fixture(scope="module", autouse=True)
def a_moment() -> Iterator[None]:
    """How long ago something was is counted from NOW."""
    with patch.object(units, "time", SimpleNamespace(time_ns=lambda: NOW)):
        yield


def store_of(batch: list[Record]) -> Store:
    """A store whose rows are marked by their numbers."""
    store = Store(100_000)
    store.append("order", Block.of(batch), OBSERVED)
    for seq in range(store.oldest_seq, store.next_seq):
        for kind, divisor in MARKED.items():
            if seq % divisor == 0:
                store.marks.toggle(seq, kind)
    return store


def chosen(store: Store, text: str) -> list[int]:
    wanted = parse(text)
    found = [chunk.seqs_of(np.flatnonzero(wanted.mask(chunk, 0, chunk.rows))) for chunk in store.chunks]
    return [int(seq) for seq in np.concatenate(found)]


def test_the_filters_that_are_tried_have_every_field() -> None:
    assert set(TERMS) == {*FIELDS, *(field.name for field in OPEN_FIELDS)}


def sign_of(written: Written) -> str:
    """The sign in a clause, as the parser understands it."""
    (clause,) = parse(written[0]).clauses
    assert isinstance(clause, Comparison)
    return clause.term.operator.text


@pytest.mark.parametrize("name", TERMS)
def test_every_sign_that_a_field_allows_is_tried_and_no_other_is_allowed(name: str) -> None:
    field = next(field for field in (*FIELDS.values(), *OPEN_FIELDS) if field.name == name)
    allowed = {":"} if field.only_equal else {":", "!=", *(ORDER if field.ordered else ())}
    tries = settings(max_examples=2_000, phases=[hypothesis.Phase.generate], database=None)
    for sign in allowed:
        assert find(TERMS[name], lambda written: sign_of(written) == sign, settings=tries)  # noqa: B023
    example = field.example.replace("[*]", "")
    head = example[: min(example.find(sign) for sign in ":=<>" if sign in example)].rstrip("!")
    for sign in {*ORDER, "!="} - allowed:
        with pytest.raises(FilterError):
            parse(f"{head}{sign}1")


@pytest.mark.parametrize("name", TERMS)
def test_a_clause_selects_what_a_plain_reading_of_each_event_selects(name: str) -> None:
    @settings(max_examples=40, deadline=None, database=None)
    @given(EVENTS, TERMS[name])
    def look(batch: list[Record], wanted: Written) -> None:
        store = store_of(batch)
        events = [store.event(seq) for seq in range(store.oldest_seq, store.next_seq)]
        assert chosen(store, wanted[0]) == [event.seq for event in events if wanted[1](event)]

    look()


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.lists(FILTERS, min_size=1, max_size=3), st.booleans())
def test_a_filter_selects_what_a_plain_reading_of_each_event_selects(
    batch: list[Record], wanted: list[Written], cold: bool
) -> None:
    store = store_of(batch)
    events = [store.event(seq) for seq in range(store.oldest_seq, store.next_seq)]
    if cold:
        freeze(store)
    for text, test in wanted:
        assert chosen(store, text) == [event.seq for event in events if test(event)], text
    together = " ".join(f"({text})" for text, _ in wanted)
    assert chosen(store, together) == [e.seq for e in events if all(test(e) for _, test in wanted)]
    for number, (told, (_, test)) in enumerate(zip(parse(together).explain(store), wanted, strict=False)):
        if len(parse(together).clauses) == len(wanted) > 1:
            others = [other for place, (_, other) in enumerate(wanted) if place != number]
            assert told.removes == sum(not test(event) for event in events), told
            assert told.others_leave == sum(all(other(event) for other in others) for event in events), told


@pytest.mark.parametrize("name", TERMS)
def test_of_events_that_lack_a_field_a_clause_selects_none_and_its_opposite_all(name: str) -> None:
    nothing = Store()
    nothing.append("", Block.of([Record()] * 3), OBSERVED)
    has = {"source", "phase", "since", "until", "before", "number"}
    """Fields that every row has."""

    @settings(max_examples=30, deadline=None, database=None)
    @given(TERMS[name])
    def look(written: Written) -> None:
        assert chosen(nothing, written[0]) == []
        assert chosen(nothing, f"-{written[0]}") == [1, 2, 3]

    if name not in has:
        look()


@settings(max_examples=150, deadline=None)
@given(FILTERS, EVENTS)
def test_a_filter_prints_as_a_text_that_means_the_same(wanted: Written, batch: list[Record]) -> None:
    store = store_of(batch)
    printed = str(parse(wanted[0]).tree)
    assert str(parse(printed).tree) == printed
    assert chosen(store, printed) == chosen(store, wanted[0])


def refusal(text: str) -> FilterError | None:
    """What is wrong with a text; one that is a filter prints as one that prints so again."""
    try:
        tree = parse(text).tree
    except FilterError as error:
        return error
    if tree is not None:
        printed = str(tree)
        assert str(parse(printed).tree) == printed
    return None


def assert_fair(text: str) -> None:
    error = refusal(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert error.message.endswith(".")


SIGNS = 'abc:>=<!-()", ornt*?/\\[].\n5mµЖ\x00\ud800'


@settings(max_examples=150, deadline=None)
@given(st.text(SIGNS, max_size=40) | st.text(max_size=20))
@example('a."')
def test_any_text_is_a_filter_or_an_error_at_a_place_in_it(text: str) -> None:
    assert_fair(text)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A filter with a piece cut out, doubled, or put in its midst."""
    text = draw(FILTERS)[0]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(start + 6, len(text))))
        piece = draw(st.sampled_from(["", text[start:stop] * 2]) | st.text(SIGNS, max_size=3))
        text = text[:start] + piece + text[stop:]
    return text


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_filter_with_slips_is_a_filter_or_an_error_at_a_place_in_it(text: str) -> None:
    assert_fair(text)


FIELD_NAMES = st.sampled_from(
    [*FIELDS, "header.a", 'header."a b"', "payload.a", "payload.a[*].b", "payload.[0]", "header.", "x"]
)


@settings(max_examples=150, deadline=None)
@given(
    FIELD_NAMES,
    st.sampled_from([*UNORDERED, *ORDER]),
    st.lists(st.text(SIGNS + "0123456789-TZ:", max_size=12), max_size=3),
)
def test_any_value_of_any_field_is_understood_or_refused_at_its_place(name: str, sign: str, values: list[str]) -> None:
    quoted = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    for written in (quoted, ",".join(values)):
        assert_fair(f"{name}{sign}{written}")


def in_the_table(store: Store, text: str) -> list[int]:
    with contextlib.closing(Matches(store)) as matches:
        matches.set_filter(parse(text))
        matches.update(budget_s=60)
        while matches.progress[0] < matches.progress[1]:
            matches.update(budget_s=60)
        return [int(seq) for seq in matches.seqs(0, len(matches))]


def on_the_command_line(store: Store, text: str) -> list[int]:
    """As `tail`, `record` and `export` choose."""

    async def watched() -> list[int]:
        session = Session(patient=False)
        session.store = store
        return [seq async for rows in watch(session, parse_filter(text)) for seq in rows]

    return asyncio.run(watched())


def coloured(store: Store, text: str) -> list[int]:
    colours = Colours(store, [ColourRule(filter=text, tone="red")])
    seqs = range(store.oldest_seq, store.next_seq)
    found = colours.of(seqs)
    while colours.pending:
        found = colours.of(seqs)
    return sorted(found)


@settings(max_examples=40, deadline=None)
@given(EVENTS, FILTERS)
def test_table_commands_and_colour_rules_choose_the_same_events(batch: list[Record], wanted: Written) -> None:
    store = store_of(batch)
    expected = [seq for seq in range(store.oldest_seq, store.next_seq) if wanted[1](store.event(seq))]
    assert in_the_table(store, wanted[0]) == expected
    assert on_the_command_line(store, wanted[0]) == expected
    assert coloured(store, wanted[0]) == expected
