"""The filter language by examples: what it selects, and what it says when it is wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from app.filter import units
from app.filter.extract import SPAN
from app.filter.help import help_page
from app.filter.query import FilterError, helps, parse
from app.store.store import Store
from eventscope.connector import Block, Record


def chosen(store: Store, text: str) -> list[int]:
    wanted = parse(text)
    found = [np.flatnonzero(wanted.mask(chunk, 0, chunk.rows)) + chunk.first_seq for chunk in store.chunks]
    return [int(seq) for seq in np.concatenate(found)]


def test_an_array_within_an_array_is_no_plain_value_however_many_there_are() -> None:
    store = Store(100_000)
    store.append("order", Block.of([Record(payload=b"[[[]]]"), Record(payload=b"[[[]], [[]]]")]), 10**18)
    assert chosen(store, "payload.[*]!=1") == [1, 2]
    assert chosen(store, "payload.[*]<1") == []


def refusal(text: str) -> FilterError | None:
    try:
        parse(text)
    except FilterError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("foo:1", 0, "no field “foo”"),
        ("type:a categry:x", 7, "did you mean “category”?"),
        ("priority>=urgent", 10, "CRITICAL, HIGH, NORMAL or LOW"),
        ("phase:gone", 6, "dead-lettered"),
        ("latency>5x", 8, "such as 50ms"),
        ("size>5ms", 5, "such as 64KB"),
        ("attempt:1,two", 10, "no whole number"),
        ("attempt>1,2", 10, "one value"),
        ("since:5m,6m", 9, "one value"),
        ("since:yesterday", 6, "how long ago"),
        ("before:2026-13-01T00:00:00Z", 7, "calendar"),
        ("type>3", 4, "write type:VALUE"),
        ("phase>handled", 5, "phase!=VALUE"),
        ("since!=5m", 5, "write since:VALUE"),
        ("a (b", 2, "never closed"),
        ('("(" b', 0, "never closed"),
        ("a) b", 1, "closes nothing"),
        ('a "b', 2, "quote is never closed"),
        ("category:", 9, "missing after “category:”"),
        ("a or ", 5, "missing after “or”"),
        ("a -", 3, "missing after “-”"),
        (",a", 0, "in quotes"),
        ('a ""', 2, "nothing between"),
        ("/a(c/", 1, "regular expression is wrong: missing )"),
        ("header.:1", 0, "name of the header is missing"),
        ("payload.a..b:1", 0, "no path into a payload"),
        ("payload.a[x]:1", 0, "items[0].sku"),
        ("payload.a>1,2", 12, "one value"),
        ("x" * 10_001, 10_000, "10,000"),
        ("- " * 200 + "a", 202, "nested too deeply"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text: str, position: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert (caught.value.position, says in caught.value.message) == (position, True), caught.value.message


def store_of(*batch: Record) -> Store:
    store = Store()
    store.append("s", Block.of(batch), 10**18)
    return store


def test_nothing_selects_everything() -> None:
    store = store_of(Record(), Record())
    assert chosen(store, "") == chosen(store, "  \n") == [1, 2]


def test_the_negation_of_a_term_takes_events_that_lack_the_field_and_unequal_does_not() -> None:
    store = store_of(Record(category="order"), Record(category="payment"), Record())
    assert chosen(store, "-category:order") == [2, 3]
    assert chosen(store, "category!=order") == [2]


def test_text_is_never_found_across_two_fields_or_two_rows() -> None:
    store = store_of(
        Record(id="ab", causation_id="cd", payload=b"12"), Record(id="ef", causation_id=None, payload=b"34")
    )
    for text in ["bc", "abcd", "de", "cdef", "23", "1234", '"b\x1fc"', '"\x00"']:
        assert chosen(store, text) == [], text
    assert chosen(store, "cd") == [1]


def test_the_reserved_signs_are_found_where_they_are_real() -> None:
    store = store_of(Record(id="a\x1fb", payload=b"c\x1fd"), Record(id=""), Record(payload=b"\x00"))
    assert chosen(store, '"a\x1fb"') == [1]
    assert chosen(store, '"c\x1fd"') == [1]
    assert chosen(store, '"\x00"') == [3]
    assert chosen(store, 'id:""') == [2]


def test_cyrillic_is_found_in_any_case_also_where_json_has_it_escaped() -> None:
    store = store_of(
        Record(payload=b'{"status": "\\u041e\\u0442\\u043a\\u0430\\u0437"}'),
        Record(payload='{"status": "ОТКАЗ"}'.encode()),
        Record(type="оплата.отказ"),
        Record(error="Отказ банка"),
        Record(payload='{"status": "откат"}'.encode()),
    )
    assert chosen(store, "отказ") == chosen(store, "ОТКАЗ") == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["id", "key", "causation", "error", "type", "source"])
def test_any_of_several_values_is_selected(name: str) -> None:
    store = Store()
    for text in ("one", "two", "ONE", "one two"):
        record = Record(id=text, key=text, causation_id=text, error=text, type=text)
        store.append(text, Block.of([record]), 1)
    assert chosen(store, f"{name}:two,one") == [1, 2]
    assert chosen(store, f"{name}!=two,one") == [3, 4]
    assert chosen(store, f"{name}:two,o*e") == [1, 2]


def test_stars_and_brackets_that_are_not_globs_mean_themselves() -> None:
    store = store_of(Record(channel="orders[3]@1042"), Record(channel="orders3@1042"), Record(channel="a*b"))
    assert chosen(store, "channel:orders[3]*") == [1]
    assert chosen(store, 'channel:"a*b"') == [3]
    assert chosen(store, "channel:*@????") == [1, 2]


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("ab*bc", "abc", False),
        ("ab*bc", "abbc", True),
        ("a*a", "a", False),
        ("*", "", True),
        ("?", "", False),
        ("a?c*", "abc", True),
        ("*b?d", "abcd", True),
        ("a*b*c", "acb", False),
        ("a.c*", "abc", False),
    ],
)
def test_pieces_of_a_glob_do_not_overlap(glob: str, text: str, matches: bool) -> None:
    assert chosen(store_of(Record(type=text)), f"type:{glob}") == ([1] if matches else [])


def test_a_glob_of_many_stars_is_not_slow_on_hostile_text() -> None:
    store = store_of(Record(type="a" * 50_000))
    assert chosen(store, "type:" + "*a" * 30 + "*b") == []


def test_times_are_those_of_the_event_or_of_its_arrival() -> None:
    store = store_of(Record(occurred_at=units.moment("2026-01-31T12:00:00.000000001Z")), Record())
    assert chosen(store, "since:2026-01-31T12:00:00.000000001Z") == [1]
    assert chosen(store, "before:2026-01-31T12:00:00.000000001Z") == [2]
    assert chosen(store, "since:5m") == []


def test_explain_counts_what_each_clause_removes_by_itself_and_what_is_left_without_it() -> None:
    store = store_of(*[Record(type="a", priority=i % 4) for i in range(8)])
    assert parse("type:a (priority>=high or x) -b type:c").explain(store) == [
        ("type:a", 0, 0),
        ("(priority>=high or x)", 4, 0),
        ("-b", 0, 0),
        ("type:c", 8, 4),
    ]
    assert parse("").explain(store) == []


@pytest.mark.parametrize("sealed", [False, True])
def test_a_payload_field_is_the_same_however_many_rows_are_asked_at_a_time(sealed: bool) -> None:
    rows = 20_000
    store = store_of(*[Record(payload=b'{"n":%d}' % (i % 7)) for i in range(rows)])
    (chunk,) = store.chunks
    if sealed:
        chunk.seal()
    wanted = parse("payload.n:3")
    for start, stop in [(0, SPAN), (0, rows), (0, SPAN), (SPAN, rows), (2 * SPAN, rows), (SPAN, 2 * SPAN), (0, rows)]:
        assert wanted.mask(chunk, start, stop).tolist() == [i % 7 == 3 for i in range(start, stop)]
    removed = sum(i % 7 != 3 for i in range(rows))
    assert parse("payload.n:3 x").explain(store) == [("payload.n:3", removed, 0), ("x", rows, rows - removed)]


@pytest.mark.parametrize(
    ("text", "ns"),
    [("50ms", 5e7), ("2s", 2e9), ("5m", 3e11), ("1.5us", 1500), ("7", 7e6), ("3µs", 3000), ("1h", 3.6e12), ("9ns", 9)],
)
def test_durations_have_units(text: str, ns: float) -> None:
    assert units.nanoseconds(text) == ns


@pytest.mark.parametrize(("text", "size"), [("64KB", 65536), ("1.5mb", 1_572_864), ("10", 10), ("3B", 3)])
def test_sizes_have_units(text: str, size: int) -> None:
    assert units.size(text) == size


def test_moments_keep_nanoseconds_and_know_zones() -> None:
    assert units.moment("1970-01-01T01:00:00.123456789+01:00") == 123_456_789
    assert units.moment("1970-01-02T00:00:00Z") == 86_400 * 10**9
    assert units.moment("5m", now_ns=400 * 10**9) == 100 * 10**9


@pytest.mark.parametrize(
    ("clock", "day", "time"),
    [
        ("14:02", 21, "14:02:00"),
        ("14:59:59.5", 21, "14:59:59.500000"),
        ("15:01", 20, "15:01:00"),
        ("9:05", 21, "09:05:00"),
        ("00:00", 21, "00:00:00"),
    ],
)
def test_a_time_of_day_is_the_last_one_or_one_within_the_hour(clock: str, day: int, time: str) -> None:
    now = datetime(2026, 11, 21, 14, 0)
    at = units.moment(clock, now_ns=int(now.timestamp()) * 10**9)
    assert datetime.fromtimestamp(at / 1e9).isoformat() == f"2026-11-{day}T{time}"


@pytest.mark.parametrize("clock", ["24:00", "1:60", "12:5", "12:00:61", ":30"])
def test_what_no_clock_shows_is_no_time(clock: str) -> None:
    error = refusal(f"since:{clock}")
    assert error is not None
    assert "is no time" in error.message


def test_until_takes_the_moment_itself_and_before_does_not() -> None:
    noon = "2026-01-31T12:00:00Z"
    store = store_of(Record(occurred_at=units.moment(noon)), Record(occurred_at=units.moment(noon) + 1))
    assert chosen(store, f"until:{noon}") == [1]
    assert chosen(store, f"before:{noon}") == []


def test_the_page_on_filters_is_current_and_its_examples_are_filters() -> None:
    page = Path(__file__).parents[2] / "docs" / "filters.md"
    assert page.read_text("utf-8") == help_page()
    for text, _ in helps():
        parse(text)


def test_a_payload_field_is_read_once_and_then_kept_as_a_column() -> None:
    store = Store()
    batch = [Record(payload=b'{"total": %d, "sku": "s%d"}' % (n, n % 3)) for n in range(20_000)]
    store.append("s", Block.of(batch), 1)
    expected = [n + 1 for n in range(20_000) if n > 19_000 and n % 3 == 1]
    for _ in range(2):
        assert chosen_in_pieces(store, "payload.total>19000 payload.sku:s1") == expected
    (chunk,) = store.chunks
    assert (chunk.serial, "total", 0) in chunk.cache
    assert (chunk.serial, "sku", 0) not in chunk.cache, "sku was asked of too few rows to be worth a column"


def chosen_in_pieces(store: Store, text: str) -> list[int]:
    """As a search does."""
    wanted, found = parse(text), []
    for chunk in store.chunks:
        for start in range(0, chunk.rows, 8_192):
            mask = wanted.mask(chunk, start, min(start + 8_192, chunk.rows))
            found += [int(row) + start + chunk.first_seq for row in np.flatnonzero(mask)]
    return found


def test_a_whole_number_that_no_float_holds_is_compared_exactly() -> None:
    store = store_of(Record(payload=b'{"id": 9007199254740993}'), Record(payload=b'{"id": 9007199254740992}'))
    assert chosen(store, "payload.id:9007199254740993") == [1]


@pytest.mark.parametrize("payload", [b"", b"{", b"[" * 100_000, b"\xff", b'{"a": "\xff"}', b"nan", b"1" * 5_000, None])
def test_a_hostile_payload_is_no_match_and_no_error(payload: bytes | None) -> None:
    store = store_of(Record(payload=payload), Record(payload=b'{"a": {"b": 1}}'))
    assert chosen(store, "payload.a.b:1") == [2]
    assert chosen(store, "payload.a[*]:1 or payload.a.b>0") == [2]


def test_a_hostile_regular_expression_is_not_slow() -> None:
    store = store_of(Record(payload=b"a" * 50_000))
    assert chosen(store, "/(a+)+b/") == []
    assert chosen(store, "/(a*)*$/") == [1]
