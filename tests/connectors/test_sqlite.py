"""Event stores in SQLite files: found, tailed while they are written, and never held up or changed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.hosted import Hosted
from connectors.gap import GAP_TYPE
from connectors.registry import open_source
from connectors.source_url import SourceUrlError
from connectors.sqlite.columns import Columns
from connectors.sqlite.rows import RowReader
from eventscope import EventBus
from eventscope.connector import Connector, ConnectorError, Record, Refused
from examples.orders.scenario import order
from examples.orders.system import Shop
from tests.connectors.conformance import Collected, eventually, run, stopped, stopped_or_killed

SEED = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, aggregate_id TEXT NOT NULL, event_type TEXT NOT NULL,
    event_data TEXT NOT NULL, timestamp TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE(aggregate_id, version)
)
"""
INSERT = "INSERT INTO events VALUES (NULL, ?, 'OrderPaid', ?, '2026-01-31T12:00:00.000000', ?)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@contextlib.contextmanager
def database(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as connection:
        for statement in statements:
            connection.execute(statement)
        yield connection
        connection.commit()


def add(path: Path, *numbers: int) -> None:
    with database(path) as connection:
        connection.executemany(INSERT, [("ord-1", json.dumps({"n": n}), n) for n in numbers])


def store(path: Path, *numbers: int, journal: str = "wal") -> Path:
    with database(path, f"PRAGMA journal_mode = {journal}", SEED):
        pass
    add(path, *numbers)
    return path


def source(path: Path, query: str = "") -> Connector:
    return open_source(f"sqlite:{path}{query}")


async def read(connector: Connector, sink: Collected, rows: int) -> None:
    """Run until so many rows have come in all, and a moment longer."""
    task = run(connector, sink)
    await eventually(lambda: sink.rows >= rows or task.done())
    await asyncio.sleep(0.12)
    await stopped(task)
    if not task.cancelled():
        task.result()


async def whole(path: Path, query: str = "") -> list[Record]:
    sink = Collected()
    await source(path, f"?follow=0{query}").run(sink)
    return sink.records


def numbers(sink: Collected) -> list[int]:
    return [json.loads(record.payload or b"{}").get("n", -1) for record in sink.records]


# What is what


async def test_the_table_of_the_seed_document_is_found_with_its_aggregates_as_streams(path):
    (record,) = await whole(store(path, 3))
    assert record == Record(
        type="OrderPaid",
        payload=b'{"n": 3}',
        id="1",
        correlation_id="ord-1",
        occurred_at=1_769_860_800 * 10**9,
        channel="events → ord-1@3",
        key="ord-1",
        envelope="event store",
        headers='[["version", 3]]',
    )


async def test_the_shop_of_the_example_is_shown_as_it_published(path):
    bus = EventBus(name="shop")
    seen = []
    async with Shop(bus, path) as shop, bus:
        bus.observe(seen.append)
        for number in range(5):
            await shop.orders.handle(order(random.Random(number), f"ord-{number}"), metadata={"saga": "x"})
    events = [step.event for step in seen]
    records = await whole(path)
    assert [
        (r.id, r.type, r.correlation_id, r.causation_id, r.producer, r.priority, r.occurred_at) for r in records
    ] == [(e.id, e.type, e.correlation_id, e.causation_id, e.source, e.priority, e.timestamp) for e in events]
    assert [json.loads(r.payload) for r in records] == [e.payload for e in events]
    assert ["saga", "x"] in json.loads(records[0].headers or "")


@pytest.mark.parametrize(
    ("table", "values", "expected"),
    [
        (
            "CREATE TABLE stored_events (originator_id, originator_version INTEGER, topic, state BLOB)",
            ("a", 2, "shop:Paid", b"\x00\xff"),
            Record(type="shop:Paid", key="a", payload=b"\x00\xff", channel="stored_events → a@2"),
        ),
        (
            "CREATE TABLE Messages (GlobalPosition INTEGER, StreamId, Type, Data, Metadata, CreatedAt)",
            (7, "a", "Paid", "{}", '{"correlationId": "c", "userId": 4}', "2026-01-31 12:00:00"),
            Record(type="Paid", key="a", payload=b"{}", correlation_id="c", occurred_at=1_769_860_800 * 10**9),
        ),
        (
            "CREATE TABLE log (event_id PRIMARY KEY, aggregate_id, event_type, body, meta) WITHOUT ROWID",
            None,
            "the table log has no rowid; name the column that counts its events with sequence=",
        ),
    ],
    ids=["originators", "camels", "no rowid"],
)
async def test_columns_are_found_by_their_usual_names(path, table, values, expected):
    with database(path, table) as connection:
        if values:
            connection.execute(f"INSERT INTO {table.split()[2]} VALUES ({', '.join('?' * len(values))})", values)
    if isinstance(expected, str):
        with pytest.raises(ConnectorError, match=expected):
            await whole(path)
        return
    (record,) = await whole(path)
    for name in ("type", "key", "payload", "channel", "correlation_id", "occurred_at"):
        wanted = getattr(expected, name)
        assert wanted in (None, -(2**63), getattr(record, name))


async def test_columns_can_be_named(path):
    table = "CREATE TABLE t (n INTEGER, what, who, how, event_type)"
    with database(path, table, "INSERT INTO t VALUES (5, 'Paid', 'a', 'x', 'no')") as connection:
        connection.execute("INSERT INTO t VALUES (4, 'Made', 'a', 'y', 'no')")
    records = await whole(path, "&table=T&type=what&key=who&payload=how&sequence=n")
    assert [(r.type, r.key, r.payload, r.id) for r in records] == [("Made", "a", b"y", "4"), ("Paid", "a", b"x", "5")]
    assert json.loads(records[0].headers) == [["event_type", "no"]]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&table=evnets", "has no table evnets; it has events"),
        ("&type=kind", "type=kind: the table events has no such column; it has id, aggregate_id"),
    ],
)
async def test_what_is_not_there_is_said_with_what_there_is(path, query, sentence):
    with pytest.raises(ConnectorError, match=sentence):
        await whole(store(path), query)


async def test_what_is_no_event_store_is_said_in_one_sentence(path, tmp_path):
    with pytest.raises(ConnectorError, match=r"there is no file .*; check the path"):
        await whole(path)
    assert not path.exists()
    path.write_text("no database, but long enough to be looked at as one" * 20)
    with pytest.raises(Refused, match="is no SQLite database"):
        await whole(path)
    with pytest.raises(Refused, match="is a folder"):
        await whole(tmp_path)
    with database(tmp_path / "other.db", "CREATE TABLE users (name)"):
        pass
    with pytest.raises(ConnectorError, match=r"no table of .* looks like an event store; .*, it has users"):
        await whole(tmp_path / "other.db")


def test_a_path_is_needed():
    with pytest.raises(SourceUrlError, match="path"):
        open_source("sqlite:")


async def test_a_check_says_what_the_columns_are_taken_for(path):
    results = [result async for result in source(store(path, 1, 2)).check()]
    assert [result.ok for result in results] == [True, True, True]
    assert "journal mode wal" in results[0].detail
    assert "events has 2 rows, read by id" in results[1].detail
    assert "type: event_type" in results[2].detail


async def test_the_table_can_be_picked(path):
    store(path, 1, 2)
    browsing = source(path).browse()
    (offer,) = await anext(browsing)
    await browsing.aclose()
    assert (offer.name, offer.option, offer.count) == ("events", "table", 2)


# Tailing


async def test_what_is_added_comes_and_latest_leaves_out_what_was_there(path):
    store(path, 1, 2)
    everything, new = Collected(), Collected()
    tasks = [run(source(path), everything), run(source(path, "?from=latest"), new)]
    await eventually(lambda: everything.rows == 2 and bool(new.states))
    add(path, 3)
    await eventually(lambda: everything.rows == 3 and new.rows == 1)
    for task in tasks:
        await stopped(task)
    assert (numbers(everything), numbers(new)) == ([1, 2, 3], [3])


@pytest.mark.parametrize("journal", ["wal", "delete"])
async def test_nothing_in_the_file_is_written_and_one_that_may_only_be_read_is_enough(path, journal):
    store(path, 1, 2, journal=journal)
    before = path.read_bytes()
    path.chmod(0o400)
    assert len(await whole(path)) == 2
    assert path.read_bytes() == before


async def test_a_writer_is_never_turned_away_while_it_is_read(path):
    store(path, *range(1, 3_000))
    sink = Collected()
    task = run(source(path), sink)
    for number in range(3_000, 3_200):
        await asyncio.to_thread(add, path, number)  # its timeout is 0: a lock would be an error at once
    await eventually(lambda: sink.rows == 3_199)
    await stopped(task)
    assert numbers(sink) == list(range(1, 3_200))


async def test_while_a_writer_has_the_whole_file_it_waits(path):
    store(path, 1, journal="delete")
    sink = Collected()
    task = run(source(path), sink)
    await eventually(lambda: sink.rows == 1)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute(INSERT, ("ord-1", '{"n": 2}', 2))
        await asyncio.sleep(0.15)
        assert not task.done()
        writer.execute("COMMIT")
    await eventually(lambda: sink.rows == 2)
    await stopped(task)


async def test_what_is_rolled_back_is_never_seen(path):
    store(path, 1)
    sink = Collected()
    task = run(source(path), sink)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN")
        writer.execute(INSERT, ("ord-1", '{"n": 666}', 2))
        await asyncio.sleep(0.12)
        writer.execute("ROLLBACK")
    add(path, 2)
    await eventually(lambda: sink.rows == 2)
    await stopped(task)
    assert numbers(sink) == [1, 2]


# Going on


async def test_after_a_stop_it_or_another_one_goes_on_behind_the_last_row(path):
    first, second, sink = source(store(path, 1, 2)), source(path), Collected()
    await read(first, sink, 2)
    add(path, 3)
    await read(first, sink, 3)
    second.resume(json.loads(json.dumps(first.position())))
    add(path, 4)
    await read(second, sink, 4)
    assert numbers(sink) == [1, 2, 3, 4]


async def test_one_that_began_at_the_end_of_an_empty_table_misses_nothing_while_it_is_stopped(path):
    connector, sink = source(store(path), "?from=latest"), Collected()
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states))
    await stopped(task)
    add(path, 1)
    await read(connector, sink, 1)
    assert numbers(sink) == [1]


async def test_a_row_that_was_marked_as_published_meanwhile_is_known_again(path):
    connector, sink = source(store(path, 1)), Collected()
    with database(path, "ALTER TABLE events ADD COLUMN published INTEGER"):
        pass
    await read(connector, sink, 1)
    with database(path, "UPDATE events SET published = 1"):
        pass
    add_published(path, 2)
    await read(connector, sink, 2)
    assert numbers(sink) == [1, 2]


def add_published(path: Path, number: int) -> None:
    with database(path) as connection:
        row = ("ord-1", "OrderPaid", json.dumps({"n": number}), "2026-01-31T12:00:00", number)
        connection.execute("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, 0)", row)


async def test_one_that_goes_on_while_a_writer_has_the_whole_file_waits_and_begins_not_again(path):
    connector, sink = source(store(path, 1, journal="delete")), Collected()
    await read(connector, sink, 1)
    add(path, 2)
    task = run(connector, sink)
    await eventually(lambda: bool(sink.states) and len(sink.states) > 1)
    await stopped(task)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        again = run(connector, sink)
        await asyncio.sleep(0.1)
        writer.execute(INSERT, ("ord-1", '{"n": 3}', 3))
        writer.execute("COMMIT")
    if again.done() and not again.cancelled():  # the file could not even be opened: tried again by the supervisor
        assert isinstance(again.exception(), ConnectorError)
        again = run(connector, sink)
    await eventually(lambda: numbers(sink)[-1:] == [3])
    await stopped(again)
    assert numbers(sink) == [1, 2, 3]


async def test_another_file_in_its_place_is_read_from_its_beginning_and_a_row_says_so(path, tmp_path):
    store(path, 1, 2)
    other = store(tmp_path / "other.db", 7, 8, journal="delete")
    sink = Collected()
    task = run(source(path), sink)
    await eventually(lambda: sink.rows == 2)
    for beside in path.parent.glob("shop.db-*"):
        beside.unlink()
    shutil.move(other, path)
    await eventually(lambda: sink.rows == 5 or task.done())
    await stopped(task)
    assert [record.type for record in sink.records] == [*["OrderPaid"] * 2, GAP_TYPE, *["OrderPaid"] * 2]


async def test_a_table_that_was_emptied_is_read_from_its_beginning_and_a_row_says_so(path):
    store(path, 1, 2)
    sink = Collected()
    task = run(source(path), sink)
    await eventually(lambda: sink.rows == 2)
    with database(path, "DELETE FROM events", "DELETE FROM sqlite_sequence"):
        pass
    add(path, 9)
    await eventually(lambda: sink.rows == 4 or task.done())
    await stopped(task)
    assert [record.type for record in sink.records] == ["OrderPaid", "OrderPaid", GAP_TYPE, "OrderPaid"]
    assert numbers(sink)[-1] == 9


async def test_every_event_comes_exactly_once_while_stops_and_kills_go_on(path):
    chance, written = random.Random(7), 0
    store(path)
    sink, connector = Collected(), Hosted(source(path))
    for _ in range(5):
        task = run(connector, sink)
        batch = range(written + 1, written + chance.randrange(500, 2_500))
        add(path, *batch)
        written = batch[-1]
        await asyncio.sleep(chance.random() * 0.4)
        await stopped_or_killed(task, connector, chance)
    await read(connector, sink, written)
    assert numbers(sink) == list(range(1, written + 1))


# Hostile rows

anything = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=20), st.binary(max_size=20)
)
COLUMNS = ("type", "id", "category", "correlation_id", "producer", "priority", "key", "payload", "metadata", "version")


@settings(max_examples=200)
@given(st.lists(anything, min_size=12, max_size=12))
def test_no_row_stops_the_reading_whatever_lies_in_it(values):
    reader = RowReader("t", Columns("n", {name: name for name in (*COLUMNS, "occurred_at")}, ("rest",)))
    record = reader.read([1, *values])
    assert Record._fields == record._fields
    assert record.headers is None or json.loads(record.headers)


async def test_text_that_is_no_utf8_is_shown_as_far_as_it_goes(path):
    with database(store(path)) as connection:
        connection.execute(INSERT, ("ord-1", "{}", 1))
        connection.execute("UPDATE events SET aggregate_id = CAST(x'61ff' AS TEXT)")
    (record,) = await whole(path)
    assert record.key == "a\\xff"
