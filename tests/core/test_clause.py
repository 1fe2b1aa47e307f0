"""Clauses made by a click: they are filters, mean what was clicked on, and keep what stood there before."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_filters import EVENTS, FILTERS, Written

from app.filter.clause import bracketed, clause, joined, negated
from app.filter.json_path import path_text
from app.filter.query import FilterError, parse
from app.filter.syntax import Comparison, Opposite
from app.store.store import Store
from eventscope.connector import Block, Record, headers_text
from tests.core.test_query import chosen

values = st.text(max_size=12)
FIELDS = st.sampled_from(["type", "key", "header.x-tenant", "payload.items[0].sku"])


@settings(deadline=None)
@given(FIELDS, st.lists(values, min_size=1, max_size=3))
def test_any_value_can_be_clicked_on_and_means_itself(field: str, texts: list[str]) -> None:
    tree = parse(clause(field, *texts)).tree
    assert isinstance(tree, Comparison)
    assert tree.term.field.text == field
    assert [word.text for word in tree.term.values] == texts
    assert all(word.quoted or not set("*?") & set(word.text) for word in tree.term.values)


@pytest.mark.parametrize("text", ["", "a", "a b", "a,b", "o*", "wh?t", '"', "\\", "(x", "or", "-3", "=5", "/x/", "ж\n"])
def test_a_value_selects_its_events_and_no_others(text: str) -> None:
    store = Store()
    store.append("s", Block.of([Record(key=text), Record(key="other"), Record()]), 1)
    assert chosen(store, clause("key", text)) == [1]
    assert chosen(store, clause("key", None)) == [3]
    assert chosen(store, clause("key", text, None)) == [1, 3]


names = st.text(min_size=1, max_size=8)


@settings(deadline=None)
@given(names, names)
def test_headers_and_members_of_any_name_can_be_named(name: str, value: str) -> None:
    store = Store()
    document = json.dumps({"a": [{name: value}]}).encode()
    store.append("s", Block.of([Record(headers=headers_text([(name, value)]), payload=document), Record()]), 1)
    for field in (f"header.{name}", f"payload.{path_text(['a', 0, name])}"):
        text = clause(field, value)
        assert chosen(store, text) == [1]
        assert str(parse(text).tree) == text


def test_a_path_that_is_none_makes_a_filter_that_is_wrong() -> None:
    with pytest.raises(FilterError):
        parse(clause("payload.a..b", "x y"))


@settings(deadline=None)
@given(FILTERS, EVENTS)
def test_a_negated_filter_selects_all_the_others(wanted: Written, batch: list[Record]) -> None:
    store = Store(100_000)
    store.append("order", Block.of(batch), 10**18)
    others = set(range(store.oldest_seq, store.next_seq)) - set(chosen(store, wanted[0]))
    assert chosen(store, negated(wanted[0])) == sorted(others)
    assert chosen(store, negated(negated(wanted[0]))) == chosen(store, wanted[0])


@settings(deadline=None)
@given(FILTERS, FILTERS, EVENTS)
def test_joined_filters_select_as_their_parts_do(one: Written, other: Written, batch: list[Record]) -> None:
    store = Store(100_000)
    store.append("order", Block.of(batch), 10**18)
    left, right = set(chosen(store, one[0])), set(chosen(store, other[0]))
    assert set(chosen(store, joined(one[0], other[0], "and"))) == left & right
    assert set(chosen(store, joined(one[0], other[0], "or"))) == left | right
    assert set(chosen(store, joined(one[0], other[0], "not"))) == left - right


@pytest.mark.parametrize(
    ("text", "clause", "how", "result"),
    [
        ("", "type:a", "and", "type:a"),
        ("", "type:a", "or", "type:a"),
        ("", "type:a", "not", "-type:a"),
        (" x  y ", "type:a", "and", "x  y type:a"),
        ("x or y", "type:a", "and", "(x or y) type:a"),
        ("(x or y)", "type:a or b", "and", "(x or y) (type:a or b)"),
        ("(x) or (y)", "type:a", "and", "((x) or (y)) type:a"),
        ("x", "type:a or b", "not", "x -(type:a or b)"),
        ("x", "-type:a", "not", "x type:a"),
        ("x type:a", "type:a", "and", "x type:a"),
        ("x or type:a", "type:a", "or", "x or type:a"),
        ("(x", "type:a", "and", "(x type:a"),
    ],
)
def test_what_was_written_stays_as_it_was_written(text: str, clause: str, how: str, result: str) -> None:
    assert joined(text, clause, how) == result  # type: ignore[arg-type]


def test_nothing_is_not_negated_and_what_is_wrong_stays_wrong() -> None:
    assert negated("  ") == ""
    assert isinstance(parse(negated("a b or c")).tree, Opposite)
    for text in ("foo:1", clause("type", "x" * 20_000)):
        with pytest.raises(FilterError):
            parse(negated(text))


@settings(deadline=None)
@given(FILTERS)
def test_brackets_change_nothing(wanted: Written) -> None:
    assert str(parse(bracketed(wanted[0])).tree) == str(parse(wanted[0]).tree)
