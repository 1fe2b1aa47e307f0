"""Changes: in what an event differs from the one before, and which that is."""

from __future__ import annotations

import json
from typing import Any

from exported import store_of
from hypothesis import given, settings
from hypothesis import strategies as st

from app.detail.changes import MOST_CHANGES, Change, changes
from app.detail.detail import Detail, detail_of
from app.detail.previous import latest_before, like
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase
from tests.core.test_json_text import VALUES


def detail(payload: bytes | None, **more: Any) -> Detail:
    return detail_of(store_of([Record(type="t", payload=payload, **more)]), 1)


def of(before: Any, after: Any) -> list[Change]:
    return changes(detail(json.dumps(before).encode()), detail(json.dumps(after, indent=1).encode()))


def test_each_change_has_its_path_and_both_values() -> None:
    before = {"total": 1.5, "items": [{"sku": "A", "n": 1}], "old": True, "same": [1, 2]}
    after = {"total": 2, "items": [{"sku": "A", "n": 2}], "new": None, "same": [1, 2]}
    assert of(before, after) == [
        ("~", "payload.total", "1.5", "2"),
        ("~", "payload.items[0].n", "1", "2"),
        ("-", "payload.old", "true", ""),
        ("+", "payload.new", "", "null"),
    ]


def test_an_element_that_was_put_first_is_one_change() -> None:
    assert of([1, 2, 3], [0, 1, 2, 3]) == [("+", "payload[0]", "", "0")]
    assert of([1, 2, 3], [2, 3]) == [("-", "payload[0]", "1", "")]


def test_a_text_and_the_number_that_it_looks_like_differ() -> None:
    assert of({"n": 1}, {"n": "1"}) == [("~", "payload.n", "1", "1")]


@settings(deadline=None)
@given(VALUES)
def test_equal_payloads_have_no_changes_however_they_are_written(value: Any) -> None:
    assert of(value, value) == []


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
)
def test_each_name_that_differs_is_one_change(before: dict[str, int], after: dict[str, int]) -> None:
    differing = {name for name in "abc" if before.get(name) != after.get(name)}
    assert {change.field for change in of(before, after)} == {f"payload.{name}" for name in differing}


def test_headers_and_what_matters_of_the_envelope_are_compared() -> None:
    before = detail(b"{}", priority=1, headers='[["a", "1"], ["b", "1"]]', id="x")
    after = detail(b"{}", priority=3, headers='[["b", "2"], ["c", "1"]]', id="y")
    assert changes(before, after) == [
        ("~", "priority", "NORMAL", "CRITICAL"),
        ("-", "header.a", "1", ""),
        ("~", "header.b", "1", "2"),
        ("+", "header.c", "", "1"),
    ]


def test_what_is_no_json_is_compared_as_a_whole() -> None:
    assert changes(detail(b"one"), detail(b"two")) == [("~", "payload", "one", "two")]
    assert changes(detail(b"\0\1"), detail(b"\0\1")) == []
    assert changes(detail(None), detail(b"two")) == [("+", "payload", "", "two")]
    assert changes(detail(b"two"), detail(None)) == [("-", "payload", "two", "")]


def test_there_is_an_end_to_the_changes() -> None:
    assert len(of([], list(range(10_000)))) == MOST_CHANGES


def shop() -> Store:
    rows = [Record(type=f"order.{n % 3}", key=f"k{n % 5}", payload=b"1", id=str(n)) for n in range(20_000)]
    store = store_of([*rows, Record(type="order.1", id="s", phase=Phase.HANDLED, key="k1")])
    store.append("other", Block.of([Record(type="order.1", key="k1")]), 0)
    return store


def test_the_previous_of_a_type_is_the_latest_that_was_published_by_the_same_source() -> None:
    store = shop()
    for seq in (20_000, 10_000, 4, 3, 1):
        event = store.event(seq)
        wanted = like(event, "type")
        assert wanted is not None
        assert latest_before(store, seq, wanted) == (seq - 3 if seq > 3 else None)


def test_the_previous_of_a_key_may_be_of_another_type() -> None:
    store = shop()
    wanted = like(store.event(15_000), "key")
    assert wanted is not None
    assert latest_before(store, 15_000, wanted) == 14_995


def test_an_event_without_a_key_is_like_none_by_key() -> None:
    assert like(store_of([Record(type="t")]).event(1), "key") is None


def test_odd_types_are_found_as_well() -> None:
    odd = 'a "quoted" * type\\'
    store = store_of([Record(type=odd), Record(type="a quoted b type"), Record(type=odd)])
    wanted = like(store.event(3), "type")
    assert wanted is not None
    assert latest_before(store, 3, wanted) == 1
