"""A chunk: its codes, its memory, and readers in another thread."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from app.filter.query import parse
from app.store.chunk import MOST_ROWS, ROW_BYTES, Chunk
from app.store.dictionary import Dictionary
from app.store.packing import NO_PAYLOAD, pack
from app.store.reserve import HUGE_PAGE, Reserve
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.event import EventCategory


def chunk_of(*records: Record, arena_size: int = 64) -> Chunk:
    chunk = Chunk(100, max(len(records), 4), arena_size)
    block = Block.of(records)
    chunk.append(pack(block), 0, len(records), "source", 5)
    return chunk


def test_codes_count_up_from_one_and_zero_is_absent() -> None:
    chunk = chunk_of(Record(type="a"), Record(), Record(type="b"), Record(type="a"))
    assert chunk.type[:4].tolist() == [1, 0, 2, 1]
    assert chunk.dictionaries["type"].values == [None, "a", "b"]
    assert chunk.dictionaries["type"].code("b") == 2
    assert chunk.dictionaries["type"].code("c") is None
    assert chunk.source[:4].tolist() == [1, 1, 1, 1]


def test_a_chunk_has_a_code_for_every_row() -> None:
    codes = Dictionary().encode([str(i) for i in range(MOST_ROWS)])
    assert codes[-1] == MOST_ROWS


def test_members_of_enums_are_kept_as_plain_text() -> None:
    chunk = chunk_of(Record(category=EventCategory.ORDER), Record(category="order"))
    assert chunk.category[:2].tolist() == [1, 1]
    assert type(chunk.dictionaries["category"].values[1]) is str


def test_unknown_numbers_have_their_marks() -> None:
    chunk = chunk_of(Record(), Record(payload=b"", queue_ns=7))
    assert chunk.size[:2].tolist() == [NO_PAYLOAD, 0]
    assert np.isnan(chunk.queue[0])
    assert chunk.queue[1] == 7
    assert (chunk.priority[0], chunk.fanout[0], chunk.attempt[0]) == (-1, -1, 0)


def test_a_row_larger_than_the_arena_enlarges_it() -> None:
    chunk = chunk_of(Record(payload=b"p" * 500, id="i" * 300), arena_size=16)
    assert chunk.payloads[0] == b"p" * 500
    assert chunk.row_texts(0)[0] == "i" * 300


def test_columns_that_nobody_filled_take_no_text() -> None:
    assert chunk_of(Record(id="ab", causation_id="cd")).texts[0] == b"ab\x1fcd"
    assert chunk_of(Record(id="ab")).texts[0] == b"ab"
    assert chunk_of(Record(id="ab", headers="")).texts[0] == b"ab\x1f\x1f\x1f\x1f\x00"


def test_sealing_gives_memory_back_and_loses_nothing() -> None:
    chunk = chunk_of(*[Record(payload=b"x" * 5_000, id=str(i)) for i in range(10)], arena_size=2 * HUGE_PAGE)
    chunk.seal()
    assert [chunk.payloads[row] for row in range(10)] == [b"x" * 5_000] * 10
    assert chunk.row_texts(9)[0] == "9"
    assert chunk.bytes == 10 * (ROW_BYTES + 5_001 + 2) + chunk.dictionaries["source"].bytes


@pytest.mark.parametrize("used", [0, 1, 4096, HUGE_PAGE + 5])
def test_what_was_written_stays_when_the_rest_is_given_back(used: int) -> None:
    reserve = Reserve(2 * HUGE_PAGE)
    reserve.bytes[:used] = 7
    reserve.give_back(used)
    assert (reserve.bytes[:used] == 7).all()
    assert not reserve.bytes[used:].any()


def test_a_reader_in_another_thread_sees_whole_rows_while_rows_come() -> None:
    store = Store()
    wanted = parse("needle")
    block = Block.of([Record(id=f"n-{i}", payload=b"a Needle" if i % 2 else b"hay") for i in range(500)])
    store.append("s", block, 1)
    wrong: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            for chunk in list(store.chunks):
                rows = chunk.rows
                found = np.flatnonzero(wanted.mask(chunk, 0, rows)) + chunk.first_seq
                expected = [seq for seq in range(chunk.first_seq, chunk.first_seq + rows) if seq % 2 == 0]
                if found.tolist() != expected:
                    wrong.append(rows)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(300):
        store.append("s", block, 1)
    done.set()
    reader.join()
    assert not wrong
    assert store.kept == 301 * 500
