"""Rows read the same whether their chunk is as it was filled or in its cold form."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from exported import export
from frozen import freeze
from hostile import hostile_records, life, store_of
from hypothesis import given, settings
from hypothesis import strategies as st

from app.columns.fields import FIELDS, field_of
from app.columns.words import Words
from app.store import cold
from app.store.arena import END, Arena, OpenArena, Run
from app.store.chunk import COLUMNS
from app.store.cold import ColdArena
from app.store.store import Store
from app.store.stored import StoredEvent
from app.store.thin import taken, thin
from eventscope.connector import Block, Record

strings = st.lists(st.binary(max_size=30) | st.sampled_from([b"", END, b"x" * 400]), min_size=1, max_size=40)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "BLOCK_BYTES", 64)
    monkeypatch.setattr(cold, "READ_AT_ONCE", 2)


def plain(rows: list[bytes]) -> OpenArena:
    arena = OpenArena(len(rows), 64)
    arena.extend(0, Run.of(END.join((*rows, b"")), np.array(list(map(len, rows)))), 0, len(rows))
    return arena


def read(arena: Arena, start: int, stop: int) -> list[list[bytes]]:
    """The rows in every way there is."""
    runs = [string for _, run in arena.runs(start, stop) for string in run.strings()]
    one_by_one = [arena[row] for row in range(start, stop)]
    return [arena.strings(start, stop), arena.run(start, stop).strings(), runs, one_by_one]


@given(strings, st.data())
def test_any_rows_of_a_cold_arena_are_those_that_were_put_in(rows: list[bytes], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(rows)))
    stop = data.draw(st.integers(start, len(rows)))
    arena = ColdArena(plain(rows), len(rows))
    assert read(arena, start, stop) == [rows[start:stop]] * 4
    assert read(plain(rows), start, stop) == [rows[start:stop]] * 4


@given(strings)
def test_the_runs_of_a_cold_arena_say_which_rows_they_have(rows: list[bytes]) -> None:
    at = 0
    for first, run in ColdArena(plain(rows), len(rows)).runs(0, len(rows)):
        assert first == at
        assert [run.string(place) for place in range(len(run.bounds) - 1)] == run.strings()
        at += len(run.strings())
    assert at == len(rows)


def test_a_cold_arena_has_only_the_rows_that_are_asked_for() -> None:
    arena = ColdArena(plain([b"one", b"two", b"three"]), 2)
    assert arena.strings(0, 2) == [b"one", b"two"]
    assert arena.used == len(b"one" + END + b"two" + END)


def test_many_threads_read_the_same_cold_arena() -> None:
    rows = [b"%d" % n * 20 for n in range(2_000)]
    arena, wrong = ColdArena(plain(rows), len(rows)), []

    def read_all(step: int) -> None:
        wrong.extend(row for row in range(0, len(rows), step) if arena[row] != rows[row])
        if arena.strings(0, len(rows)) != rows:
            wrong.append(-1)

    readers = [threading.Thread(target=read_all, args=(step,)) for step in (1, 2, 3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert not wrong


def extremes(kind: np.dtype[Any]) -> list[Any]:
    return [np.nan, 0.5] if kind.kind == "f" else [int(np.iinfo(kind).min), int(np.iinfo(kind).max), 127, 100]


@given(st.lists(st.integers(0, 5), min_size=1), st.sampled_from(sorted(COLUMNS)), st.data())
def test_a_thin_column_reads_the_same_and_takes_no_more(few: list[int], name: str, data: st.DataObject) -> None:
    kind = np.dtype(COLUMNS[name])
    column = np.array(few + data.draw(st.lists(st.sampled_from(extremes(kind)), max_size=4)), kind)
    thinned = thin(column)
    assert np.array_equal(thinned.astype(kind), column, equal_nan=kind.kind == "f")
    assert taken(thinned) <= column.nbytes


def test_a_column_that_says_the_same_of_all_rows_takes_one_element() -> None:
    assert taken(thin(np.full(1_000, np.nan, np.float32))) == 4
    assert taken(thin(np.full(1_000, 70_000, np.uint32))) == 4
    assert taken(thin(np.arange(200, dtype=np.uint16))) == 200


def sort_keys(store: Store, name: str) -> list[int]:
    """What rows are sorted by."""
    field, words = field_of(name), Words()
    return [cell for chunk in store.chunks for cell in field.cells(chunk, np.arange(chunk.rows), words).tolist()]


def snapshot(store: Store) -> list[Any]:
    """What readers of a store see."""
    seqs = range(1, store.next_seq)
    return [
        [store.event(seq) for seq in seqs],
        store.cells(seqs, StoredEvent.__struct_fields__),
        [store.correlated(text).tolist() for text in ("c1", "c2", "")],
        [store.published(seq) for seq in seqs],
        [sort_keys(store, name) for name in (*FIELDS, "header.tenant", "payload.a")],
        *(export(name, store) for name in ("jsonl", "csv")),
    ]


def test_events_cells_traces_and_exports_of_hostile_rows_stay_as_they_are() -> None:
    store = store_of(hostile_records() + life() + life("e2", "c2"))
    before = snapshot(store)
    freeze(store)
    assert repr(snapshot(store)) == repr(before)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(hostile_records()), min_size=1, max_size=30), st.data())
def test_rows_in_any_order_stay_as_they_are(batch: list[Record], data: st.DataObject) -> None:
    store = store_of(batch)
    seqs = data.draw(st.lists(st.integers(1, len(batch)), min_size=1, max_size=10))
    before = store.cells(seqs, StoredEvent.__struct_fields__)
    freeze(store)
    assert repr(store.cells(seqs, StoredEvent.__struct_fields__)) == repr(before)


def test_life_like_rows_take_less_than_half_when_they_are_cold() -> None:
    store = Store()
    payload = b'{"order":%d,"customer":"cus-%d","total":%d.5,"items":[{"sku":"A%d","quantity":2,"price":"5.90"}]}'
    batch = [Record(id=f"id-{n}", type="order.created", payload=payload % (n, n % 97, n, n)) for n in range(5_000)]
    store.append("s", Block.of(batch), 1)
    before = sum(chunk.bytes for chunk in store.chunks)
    cold.BLOCK_BYTES = 32 * 1024
    freeze(store)
    assert sum(chunk.bytes for chunk in store.chunks) < before / 2
