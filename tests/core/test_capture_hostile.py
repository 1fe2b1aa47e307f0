"""A capture from a stranger, or from a bad disk, does no harm: what is wrong is told, and what is right is read."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from captured import lost_is_told, record_all, salvage
from hostile import hostile_records, life, store_of
from hypothesis import given
from hypothesis import strategies as st

from app.store.store import MIB, Store
from connectors.capture import codec, layout, opening
from connectors.capture.codec import Damaged, array_bytes, array_of, inflated, packed, texts_bytes, texts_of, unbundled
from connectors.capture.layout import COLUMN, DICTIONARY, GROUP, PLACES, check_sum, piece_id
from connectors.capture.reader import CaptureError, CaptureReader, Lost
from connectors.capture.strings import Places, places_bytes, places_from
from eventscope.connector import Block, Record

MUTATIONS = 200
ROWS = len(hostile_records() + life())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.eventscope"
    record_all(store_of(hostile_records() + life()), path)
    return path


def change(path: Path, *statements: str) -> None:
    """Do something to a capture."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def forge(path: Path, number: int, data: bytes) -> None:
    """Put a piece in the place of one of the first leaf, with its check sum."""
    db = sqlite3.connect(path)
    (leaf,) = db.execute("SELECT min(id) FROM leaves").fetchone()
    row = piece_id(leaf, number)
    db.execute("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?)", (row, check_sum(row, data), data))
    db.commit()
    db.close()


def is_one_sentence(text: str) -> bool:
    return "\n" not in text and len(text) < 400


def test_no_mutation_of_a_capture_crashes_the_reader_or_changes_a_row(tmp_path: Path) -> None:
    store = Store(MIB // 2)
    for n in range(8):
        records = [Record(id=f"e{n}-{k}", correlation_id=f"c{k}", payload=b"%d" % k * 40) for k in range(200)]
        store.append("shop", Block.of(records + life()), n)
    whole = tmp_path / "whole.eventscope"
    record_all(store, whole)
    before, data = salvage(whole), whole.read_bytes()
    assert isinstance(before, dict)
    assert len(before) == store.kept
    rng, refused, damaged = random.Random(11), 0, 0
    for number in range(MUTATIONS):
        mutant = tmp_path / f"mutant {number}.eventscope"
        mutant.write_bytes(mutated(data, rng))
        after = salvage(mutant)
        if isinstance(after, str):
            assert is_one_sentence(after)
            refused += 1
            continue
        lost = before.keys() - after.keys()
        damaged += bool(lost)
        assert {position: before[position] for position in after} == after, number
        assert not lost or lost_is_told(mutant, lost)
        mutant.unlink()
    assert 0 < refused < MUTATIONS / 2
    assert damaged


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A copy with some bytes changed, or a piece moved, repeated, or zeroed."""
    copy = bytearray(data)
    at, size = rng.randrange(len(copy)), rng.choice((1, 1, 4, 64, 4_096))
    match rng.randrange(5):
        case 0 | 1:
            for _ in range(rng.choice((1, 1, 8))):
                copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
        case 2:
            copy[at : at + size] = bytes(len(copy[at : at + size]))
        case 3:
            other = rng.randrange(len(copy) - size)
            copy[at : at + size] = copy[other : other + len(copy[at : at + size])]
        case 4:
            del copy[-rng.randrange(1, len(copy)) :]
    return bytes(copy)


def test_a_leaf_that_is_damaged_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    store, path = Store(2 * MIB), tmp_path / "a.eventscope"
    for n in range(30):
        store.append("shop", Block.of([Record(id=f"{n}", payload=b"x" * 300)] * 200), n)
    record_all(store, path)
    reader = CaptureReader(path)
    heads = reader.survey().leaves
    assert len(heads) >= 3
    change(path, f"UPDATE leaves SET data = CAST(data || ' ' AS BLOB) WHERE id = {heads[1].leaf}")
    survey = reader.survey()
    assert survey.leaves == [heads[0], *heads[2:]]
    assert survey.lost == [Lost(heads[1].position, heads[1].rows)]
    change(path, f"DELETE FROM leaves WHERE id = {heads[-1].leaf}")
    assert reader.survey().lost[-1] == Lost(heads[-1].position, heads[-1].rows), "also at the end"
    reader.close()


def test_leaves_whose_numbers_do_not_ascend_are_looked_through_once(tmp_path: Path) -> None:
    """SQLite finds what is ordered wrongly again and again."""
    store, path = Store(MIB // 2), tmp_path / "a.eventscope"
    for n in range(8):
        store.append("shop", Block.of([Record(id=f"{n}", payload=b"x" * 200)] * 100), n)
    record_all(store, path)
    reader = CaptureReader(path)
    last = reader.survey().leaves[-1]
    reader.close()
    data = path.read_bytes()
    place = data.index(layout.head_bytes(last))
    for before in range(1, 12):
        for value in (0, 1, 2, last.leaf - 1):
            mutant = bytearray(data)
            mutant[place - before] = value
            path.write_bytes(mutant)
            salvage(path)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS crc, x AS data FROM n"


@pytest.mark.parametrize(
    "statements",
    [
        ["ALTER TABLE leaves RENAME TO hidden", f"CREATE VIEW leaves AS {ENDLESS}"],
        ["CREATE VIEW another AS SELECT 1"],
        ["CREATE TRIGGER t AFTER INSERT ON leaves BEGIN DELETE FROM pieces; END"],
        ["CREATE VIRTUAL TABLE words USING fts5(word)"],
        ["CREATE TABLE another (x)"],
        ["CREATE INDEX another ON leaves (crc)"],
        ["ALTER TABLE pieces ADD COLUMN more"],
        ["DROP TABLE documents"],
        ["DROP TABLE leaves", "CREATE TABLE leaves (id INTEGER PRIMARY KEY, crc, data DEFAULT (load_extension('x')))"],
        ["UPDATE sqlite_master SET sql = 'CREATE TABLE leaves(id)' WHERE name = 'leaves'"],
        ["UPDATE sqlite_master SET sql = 'nonsense' WHERE name = 'leaves'"],
        ["UPDATE sqlite_master SET rootpage = 1 WHERE name = 'leaves'"],
    ],
)  # fmt: skip
def test_a_schema_that_is_not_ours_to_the_letter_is_refused(path: Path, statements: list[str]) -> None:
    change(path, *statements)
    with pytest.raises(CaptureError) as refused:
        CaptureReader(path).survey()
    assert is_one_sentence(str(refused.value))


def test_a_statement_that_never_ends_is_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LONGEST_S", 0.2)
    db = opening.open_capture(path)
    db.set_authorizer(None)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        db.ask(f"SELECT count(*) FROM ({ENDLESS})")
    assert db.ask("SELECT 1") == [(1,)], "the next one has its own time"
    db.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM leaves",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "ATTACH ':memory:' AS other",
        "CREATE TEMP TABLE x (y)",
        "SELECT load_extension('x')",
        "VACUUM INTO 'copy'",
    ],
)
def test_a_connection_can_only_select(path: Path, statement: str) -> None:
    db = opening.open_capture(path)
    with pytest.raises(sqlite3.DatabaseError):
        db.ask(statement)
    db.close()


def test_connections_believe_nothing(path: Path) -> None:
    db = opening.open_capture(path)
    db.set_authorizer(None)
    found = {
        name: db.ask(f"PRAGMA {name}") for name in ("trusted_schema", "cell_size_check", "query_only", "mmap_size")
    }
    assert {name: value[0][0] for name, value in found.items() if value} == {
        "trusted_schema": 0, "cell_size_check": 1, "query_only": 1, "mmap_size": 0,
    }  # fmt: skip
    db.close()


BOMB = codec.ZSTANDARD + zstandard.ZstdCompressor().compress(bytes(layout.MOST_BYTES + 1))
STREAM = zstandard.ZstdCompressor().compressobj()
UNSIZED = STREAM.compress(bytes(10_000_000)) + STREAM.flush()


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (COLUMN["type"], codec.ARRAY.pack(1, 1, 0, ROWS) + BOMB),
        (COLUMN["phase"], codec.ARRAY.pack(0, 0, 1, 2**32 - 1) + b"\0\1"),
        (COLUMN["occurred"], array_bytes(np.zeros(7, np.int64))),
        (COLUMN["queue"], array_bytes(np.zeros(ROWS, np.int32))),
        (COLUMN["type"], array_bytes(np.full(ROWS, 60_000, np.uint16))),
        (DICTIONARY["type"], BOMB),
        (DICTIONARY["type"], codec.ZSTANDARD + UNSIZED),
        (DICTIONARY["type"], texts_bytes([None, "one"])),
        (DICTIONARY["type"], codec.PLAIN + codec.JOINED + b"\xff\xfe"),
        (PLACES["payloads"], b""),
        (PLACES["payloads"], b"\xff\xff"),
        (GROUP["payloads"], b"short"),
    ],
)
def test_a_forged_piece_is_damaged_and_takes_no_memory(path: Path, number: int, data: bytes) -> None:
    forge(path, number, data)
    reader = CaptureReader(path)
    (head,) = reader.survey().leaves
    with pytest.raises(Damaged):
        reader.leaf(head)
    reader.close()


@pytest.mark.parametrize("block", [BOMB[1:], UNSIZED, b"", b"\x28\xb5\x2f\xfd", packed(b"x" * 200)[1:]])
def test_a_forged_block_is_damaged_and_takes_no_memory(block: bytes) -> None:
    places = Places(np.array([0, 100], np.uint32), [0], [0, len(block)], [0])
    with pytest.raises(Damaged):
        places.block_in(block, 0, 0)


@pytest.mark.parametrize(
    "forged",
    [
        Places(np.array([0, 0, 5], np.uint32), [0], [0, 5], [0]),
        Places(np.array([0, 2, 5], np.uint32), [1], [0, 5], [0]),
        Places(np.array([0, 2, 5], np.uint32), [0, 2], [0, 5, 6], [0]),
        Places(np.array([0, 2, 5], np.uint32), [0, 1], [0, 5, 6], [0, 2]),
        Places(np.array([0, 2, 5], np.uint32), [0, 1], [0, 5], [0]),
        Places(np.array([0, 2, 5], np.uint32), [], [0], []),
    ],
)
def test_strings_that_do_not_lie_one_after_another_are_damaged(forged: Places) -> None:
    with pytest.raises(Damaged):
        places_from(places_bytes(forged), 2)


HEADS: list[object] = [
    None, {}, [], [1, 0, 0, 1, 1, [1] * 8], [1, 0, 10**9, 1, 10**9, [1] * 8], [1, 0, 2, 1, 1, [1] * 8],
    [1, -5, 1, 1, 1, [1] * 8], [1, 0, 1, 1, 2**63, [1] * 8], [1, 0, 1.5, 1, 1, [1] * 8], [1, 0, 1, 1, 1, [1] * 7],
    [1, 0, 1, 1, 1, [10**6] * 8], [1, 0, 1, 1, 1, 5], "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("told", HEADS)
def test_a_forged_head_is_a_lost_leaf(path: Path, told: object) -> None:
    data = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    db = sqlite3.connect(path)
    (leaf,) = db.execute("SELECT min(id) FROM leaves").fetchone()
    db.execute("UPDATE leaves SET crc = ?, data = ?", (check_sum(leaf, data), data))
    db.commit()
    db.close()
    reader = CaptureReader(path)
    assert reader.survey() == ([], [Lost(0, ROWS)])
    reader.close()


@pytest.mark.parametrize("value", ["'text'", "3.5", "7"])
@pytest.mark.parametrize("table", ["documents", "pieces", "leaves"])
def test_values_of_other_types_are_damage(path: Path, table: str, value: str) -> None:
    change(path, f"UPDATE {table} SET data = {value}")
    found = salvage(path)
    assert len(found) == (ROWS if table == "documents" else 0)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "there is no file .*; check the path"),
        (lambda path: path.write_bytes(b""), "is empty; nothing was recorded in it"),
        (lambda path: path.write_bytes(b"hello" * 100), "is no capture of Eventscope"),
        (lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]), "is no capture of Eventscope"),
        (lambda path: path.write_bytes(path.read_bytes()[:-5_000]), "is cut off and cannot be read; copy it again"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "cannot be read|is no capture"),
        (lambda path: change(path, "PRAGMA user_version = 7"), "has format 7, and this Eventscope reads format 1"),
        (lambda path: change(path, "PRAGMA user_version = 0"), "has format 0, and this Eventscope reads format 1"),
        (lambda path: change(path, "PRAGMA application_id = 7"), "is a database, but no capture of Eventscope"),
        (lambda path: (path.unlink(), path.mkdir()), "is not a file; name a capture"),
    ],
)
def test_what_is_no_capture_is_told_in_a_sentence(path: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    spoil(path)
    with pytest.raises(CaptureError, match=sentence) as told:
        CaptureReader(path)
    assert is_one_sentence(str(told.value))


@given(st.binary(max_size=60))
def test_bytes_that_nobody_wrote_are_damaged_or_something(data: bytes) -> None:
    readers: list[Callable[[], object]] = [
        lambda: array_of(data, 5, "u4"),
        lambda: array_of(codec.ARRAY.pack(*data[:3], 3) + data[3:], 3, "i8") if len(data) > 3 else None,
        lambda: texts_of(data, 3),
        lambda: texts_of(codec.PLAIN + codec.MEASURED + data, 3),
        lambda: unbundled(data),
        lambda: places_from(data, 3),
        lambda: inflated(data, 20),
    ]
    for read in readers:
        try:
            read()
        except Damaged:
            pass


@pytest.mark.parametrize("kind", sorted({*layout.COLUMNS.values()}))
@given(st.data())
def test_any_column_is_read_as_it_was_written(kind: str, data: st.DataObject) -> None:
    element = np.dtype(kind)
    info = np.iinfo(element) if element.kind != "f" else None
    values = st.integers(int(info.min), int(info.max)) if info else st.floats(width=32)
    column = np.array(data.draw(st.lists(values | st.sampled_from([0, 1]), max_size=20)), element)
    read = array_of(array_bytes(column), len(column), kind)
    assert read.dtype == element
    assert np.array_equal(read, column, equal_nan=not info)


@given(st.lists(st.text(max_size=6) | st.sampled_from(["\0", "", "\ud800", "a\0b"]), max_size=30))
def test_any_dictionary_is_read_as_it_was_written(texts: list[str]) -> None:
    assert texts_of(texts_bytes([None, *texts]), len(texts) + 1) == [None, *texts]
