"""Streams: histories of aggregates, with versions that are missing or were given twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.store import Store
from app.traces.streams import SAMPLES, Streams
from app.traces.versions import Versioned, versioned
from eventscope.connector import Block, Record

START = 1_800_000_000_000_000_000
LATER = START + 10_000_000_000


def told(version: int, id_: str | None = None, key: str = "o-1", **more: Any) -> Record:
    """An event of an order that says its version, as an event store's row does."""
    headers = json.dumps([["version", version], ["event_version", 7]])
    known = {"id": id_ or f"{key}/{version}", "key": key, "headers": headers, "correlation_id": "c"} | more
    return Record("order.changed", b"{}", **known)


def watched(*records: Record, one_by_one: bool = False) -> Streams:
    store, streams = Store(), Streams()
    for batch in [[record] for record in records] if one_by_one else [records]:
        first = store.append("shop", Block.of(batch), START)
        streams.add(store.chunks[-1], first - 1, store.chunks[-1].rows)
    return streams


def sentences(streams: Streams) -> list[str]:
    return [anomaly.sentence for anomaly in streams.anomalies(LATER)]


def test_versions_stand_in_headers_and_payloads_under_many_names() -> None:
    row = versioned("order.paid", "o-1", '[["version", 3], ["event_version", 2]]', b"{}")
    assert row == Versioned("order", "o-1", 3)
    body = b'{"aggregate_id": "a-7", "aggregateVersion": 12, "version": 1}'
    assert versioned("AccountOpened", None, None, body) == Versioned("AccountOpened", "a-7", 12)
    assert versioned("order.paid", None, '[["version", 2]]', b'{"order_id": "o-9"}') == Versioned("order", "o-9", 2)
    nested = b'{"metadata": {"stream_version": 4, "streamId": "s"}, "data": {}}'
    assert versioned("x", None, None, nested) == Versioned("x", "s", 4)


def test_what_is_no_version_is_none() -> None:
    assert versioned("order.paid", "o-1", '[["event_version", 2]]', b"{}") is None
    assert versioned("order.paid", None, '[["version", 2]]', b"{}") is None
    assert versioned("order.paid", "o-1", '[["version", "1.0"]]', b'{"version": true}') is None
    assert versioned("order.paid", "o-1", "no headers", b"no json") is None


def test_a_stream_has_its_events_in_order() -> None:
    stream = watched(*(told(n) for n in range(1, 6))).stream("shop", "o-1")
    assert stream is not None
    assert [(entry.version, entry.seq) for entry in stream.entries] == [(n, n) for n in range(1, 6)]


def test_a_missing_version_is_a_gap() -> None:
    streams = watched(*(told(n) for n in (1, 2, 3, 4, 5, 6, 8, 9)))
    assert sentences(streams) == ["order o-1: version 7 is missing before 8."]
    assert streams.anomalies(START) == [], "it may still come"


def test_a_gap_that_is_filled_is_none_and_one_filled_in_the_middle_is_two() -> None:
    run = [told(n) for n in range(1, 12)]
    assert sentences(watched(*run, told(15), told(14), told(13), told(12))) == []
    assert sentences(watched(*run, told(15), told(13))) == [
        "order o-1: version 12 is missing before 13.",
        "order o-1: version 14 is missing before 15.",
    ]


def test_a_version_that_two_events_have_is_a_conflict_and_a_redelivery_is_none() -> None:
    run = [told(n) for n in range(1, 7)]
    assert sentences(watched(*run, told(6))) == []
    assert sentences(watched(*run, told(6, "another"))) == ["order o-1: two events have version 6."]


def test_a_history_that_began_before_has_no_gap_at_its_beginning() -> None:
    assert sentences(watched(*(told(n) for n in range(40, 50)))) == []


def test_numbers_that_do_not_follow_each_other_are_no_versions() -> None:
    assert sentences(watched(*(told(n * 10) for n in range(1, 20)))) == []


def test_streams_that_rest_go_before_those_that_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.traces.streams.MOST_ENTRIES", 20)
    streams = watched(*(told(1, key=f"rests-{n}") for n in range(15)), *(told(n) for n in range(1, 11)))
    grown = streams.stream("shop", "o-1")
    assert grown is not None
    assert len(grown.entries) == 10
    assert [streams.stream("shop", f"rests-{n}") is None for n in (0, 4, 5, 14)] == [True, True, False, False]


def test_types_without_versions_are_looked_at_a_few_times_only() -> None:
    store, streams = Store(), Streams()
    rows = [Record("heartbeat", b"{}", id=str(n)) for n in range(SAMPLES)] + [told(1)._replace(type="heartbeat")]
    store.append("shop", Block.of(rows), START)
    streams.add(store.chunks[0], 0, len(rows))
    assert streams.stream("shop", "o-1") is None


@settings(deadline=None)
@given(st.permutations(range(1, 13)), st.booleans())
def test_whatever_the_order_in_which_all_versions_come_none_is_missing(order: list[int], one_by_one: bool) -> None:
    streams = watched(*(told(n, key="warm") for n in range(1, 60)), *map(told, order), one_by_one=one_by_one)
    first = order[0]
    known = set(range(first, 13))
    missing = {n for each in streams.anomalies(LATER) for n in range(each.first, each.last + 1)}
    assert not missing & known
    stream = streams.stream("shop", "o-1")
    assert stream is not None
    assert sorted(entry.version for entry in stream.entries) == list(range(1, 13))
