"""Record batches: whatever the bytes are, reading goes on, and what is left out is counted."""

from __future__ import annotations

import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.answer import SLICE, portions
from connectors.kafka.batches import Piece, read_batches


def batch(base: int, rows: int, codec: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 2**24)
    for number in range(rows):
        assert builder.append(number, 1_000 + number, b"k", b"v%d" % (base + number), [])
    data = bytearray(builder.build())
    struct.pack_into(">q", data, 0, base)
    return bytes(data)


def sealed(data: bytes) -> bytes:
    """The batch with the checksum that belongs to its content."""
    return data[:17] + struct.pack(">I", calc_crc32c(data[21:])) + data[21:]


def offsets(pieces: list[Piece]) -> list[int]:
    return [record.offset for piece in pieces for record in piece.records]


def test_batches_are_read_from_the_wished_offset_on() -> None:
    data = batch(10, 5) + batch(15, 5)
    assert offsets(list(read_batches(data, 12))) == list(range(12, 20))


def test_a_last_batch_that_was_cut_is_left_for_the_next_time() -> None:
    pieces = list(read_batches(batch(0, 5) + batch(5, 5)[:-1], 0))
    assert [piece.next_offset for piece in pieces] == [5]


def test_an_unknown_format_is_left_out_by_name() -> None:
    odd = batch(5, 5)
    pieces = list(read_batches(batch(0, 5) + odd[:16] + b"\x03" + odd[17:] + batch(10, 1), 0))
    assert offsets(pieces) == [0, 1, 2, 3, 4, 10]
    assert pieces[1].damage is not None
    assert pieces[1].damage.reason == "the batch at offset 5 is left out: its record format 3 is unknown"


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 7])
def test_compressed_rubbish_with_a_right_checksum_is_counted_exactly(codec: int) -> None:
    odd = bytearray(batch(5, 7)[:61] + b"rubbish that no codec understands")
    struct.pack_into(">i", odd, 8, len(odd) - 12)
    struct.pack_into(">h", odd, 21, codec)
    pieces = list(read_batches(batch(0, 5) + sealed(bytes(odd)) + batch(12, 1), 0))
    assert offsets(pieces) == [0, 1, 2, 3, 4, 12]
    assert pieces[1].damage is not None
    assert (pieces[1].damage.count, pieces[1].damage.exact) == (7, True)


@pytest.mark.parametrize("magic", [0, 1])
def test_old_formats_are_read(magic: int) -> None:
    builder = LegacyRecordBatchBuilder(magic, 0, 2**20)
    for number in range(3):
        builder.append(number, 1_000, b"k", b"v")
    assert offsets(list(read_batches(bytes(builder.build()), 1))) == [1, 2]


@given(st.binary(max_size=200), st.integers(0, 50))
def test_any_bytes_are_read_to_an_end(data: bytes, offset: int) -> None:
    for piece in read_batches(data, offset):
        assert piece.next_offset is not None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8), st.sampled_from([0, 1]))
def test_any_damage_leaves_a_way_forward(bites: list[tuple[int, int]], codec: int) -> None:
    data = bytearray(batch(0, 20, codec) + batch(20, 20, codec))
    for at, value in bites:
        data[at % len(data)] = value
    pieces = list(read_batches(bytes(data), 0))
    read = offsets(pieces)
    assert read == sorted(set(read))
    after = [0, *(piece.next_offset for piece in pieces)]
    assert after == sorted(after)
    assert all(piece.damage.count > 0 for piece in pieces if piece.damage)


def test_portions_are_small_and_lose_nothing() -> None:
    pieces = read_batches(batch(0, 3 * SLICE + 7) + batch(3 * SLICE + 7, 2), 0)
    made = list(portions(pieces))
    assert all(len(portion.records) <= SLICE for portion in made)
    assert [record.offset for portion in made for record in portion.records] == list(range(3 * SLICE + 9))
    assert made[-1].next_offset == 3 * SLICE + 9
