"""Messages: rows that come from another process are stored exactly as if they had been pushed here."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from hostile import hostile_records
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.messages import LENGTH, Beat, Log, Rows, Standing, frame, read_frame, rows_of
from app.sources.outbox import PARCEL_BYTES, PARCEL_ROWS, regrouped
from app.store.coded import Coded
from app.store.dictionary import Dictionary
from app.store.parcel import Parcel
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record


def travelled(block: Block, position: bytes = b"") -> Rows:
    told = read_frame(io.BytesIO(frame(rows_of(block, position))))
    assert isinstance(told, Rows)
    return told


def stored(batch: Block | Parcel) -> list[tuple[object, ...]]:
    store = Store()
    store.append("source", batch, 5)
    return store.cells(range(1, store.next_seq), StoredEvent.__struct_fields__)


texts = st.none() | st.text(max_size=5)
numbers = st.integers(-(2**64), 2**64)
records = st.builds(
    Record,
    *(texts, st.none() | st.binary(max_size=9), texts, texts, numbers, numbers, texts, texts, numbers, texts),
    *(texts, texts, texts, numbers, numbers, numbers, numbers, numbers, texts, texts, texts),
)


@given(st.lists(records, min_size=1, max_size=8))
def test_a_parcel_is_stored_like_the_block_that_it_was(rows: list[Record]) -> None:
    block = Block.of(rows)
    assert stored(travelled(block).parcel()) == stored(block)


@pytest.mark.parametrize("record", hostile_records(), ids=lambda record: record.type[:20])
def test_whatever_a_row_holds_it_travels(record: Record) -> None:
    (here,), (there,) = stored(Block.of([record])), stored(travelled(Block.of([record])).parcel())
    assert there == tuple(
        there_ if spelt(here_) == there_ else here_ for here_, there_ in zip(here, there, strict=True)
    )


def spelt(value: object) -> object:
    """Half characters, which UTF-8 has not, arrive spelt out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def test_a_parcel_reads_as_its_records() -> None:
    rows = [Record(type="a", payload=b"x", id="1", priority=2, queue_ns=7), Record(payload=b"", key=""), Record()]
    parcel = travelled(Block.of(rows)).parcel()
    assert list(parcel) == rows
    assert parcel[1:] == rows[1:]
    assert parcel[-1] == rows[-1]
    assert list(parcel.priority) == [2, -1, -1]


def test_a_parcel_that_spans_chunks_teaches_each_only_its_own_texts() -> None:
    rows = [Record(type=f"t{n % 7}", channel=f"c{n}", payload=b"x" * 100) for n in range(5_000)]
    store = Store(budget=2**21)
    parcel = travelled(Block.of(rows)).parcel()
    store.append("source", parcel, 5)
    assert len(store.chunks) > 1
    for chunk in store.chunks:
        assert len(chunk.dictionaries["channel"].values) == chunk.rows + 1
    kept = store.cells(range(store.oldest_seq, store.next_seq), ("type", "channel"))
    assert kept == [(row.type, row.channel) for row in rows[store.oldest_seq - 1 :]]


@given(st.lists(st.none() | st.text(max_size=3)), st.data())
def test_a_coded_column_reads_like_its_texts(texts: list[str | None], data: st.DataObject) -> None:
    dictionary = Dictionary()
    column = Coded(dictionary.values, dictionary.encode(texts) if texts else np.empty(0, np.uint16))
    assert list(column) == texts
    start = data.draw(st.integers(0, len(texts)))
    stop = data.draw(st.integers(start, len(texts)))
    part = column[start:stop]
    assert list(part) == texts[start:stop]
    other = Dictionary()
    assert [other.values[code] for code in other.encode(part)] == texts[start:stop]


def test_several_messages_are_read_one_after_the_other_until_a_cut_one() -> None:
    told = [Beat(7), Log("name", 30, "text"), Standing(b"here")]
    data = b"".join(map(frame, told))
    file = io.BytesIO(data + LENGTH.pack(100) + b"cut")
    assert [read_frame(file) for _ in range(4)] == [*told, None]
    assert read_frame(io.BytesIO(data[:2])) is None


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 3 * PARCEL_ROWS), max_size=5), st.sampled_from([0, 10, PARCEL_BYTES // 1_000]))
def test_regrouping_keeps_all_rows_in_order_and_every_piece_small(sizes: list[int], payload: int) -> None:
    ends = np.cumsum([0, *sizes]).tolist()
    blocks = [
        Block.of([Record(id=str(n), payload=b"x" * payload) for n in range(start, stop)])
        for start, stop in pairwise(ends)
    ]
    pieces = list(regrouped(blocks))
    assert [int(id_ or -1) for piece in pieces for id_ in piece.id] == list(range(ends[-1]))
    assert all(piece.rows <= PARCEL_ROWS for piece in pieces)
    assert all(piece.rows == 1 or sum(map(len, piece.payload)) <= PARCEL_BYTES for piece in pieces)  # type: ignore[arg-type]
