"""Record batches: the bytes that a broker sends for one partition, taken apart batch by batch.

A batch that cannot be read is stepped over and said to be damaged; it never holds up those behind it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from aiokafka.errors import UnsupportedCodecError
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch

__all__ = ["Aborted", "Damage", "Piece", "read_batches"]

PREFIX: Final = struct.Struct(">qi")
"""Base offset, and the length of what follows."""

MAGIC_AT: Final = 16
LAST_DELTA: Final = struct.Struct(">i")
LAST_DELTA_AT: Final = 23
COUNT: Final = struct.Struct(">i")
COUNT_AT: Final = 57
HEADER_BYTES: Final = 61
SMALLEST: Final = 14
LATEST_FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a batch, and how many records it had: exactly, or at most so many."""

    count: int
    exact: bool
    reason: str


class Piece(NamedTuple):
    """One batch: its records from the wished offset on, where the next one begins, and what is wrong with it."""

    records: Sequence[Any]
    next_offset: int
    damage: Damage | None = None


class Aborted:
    """Which transactions of an answer were aborted; for readers of committed records only."""

    def __init__(self, transactions: Sequence[tuple[int, int]] | None) -> None:
        self._ahead = sorted(transactions or (), key=lambda pair: pair[1], reverse=True)
        self._producers: set[int] = set()

    def leaves_out(self, batch: Any) -> bool:
        """Whether the batch belongs to an aborted transaction. Batches are to be shown in their order."""
        while self._ahead and self._ahead[-1][1] <= batch.base_offset:
            self._producers.add(self._ahead.pop()[0])
        if batch.is_control_batch:
            if any(ControlRecord.parse(record.key) == ABORT_MARKER for record in batch):
                self._producers.discard(batch.producer_id)
            return True
        return bool(batch.is_transactional and batch.producer_id in self._producers)


def read_batches(data: bytes, offset: int, aborted: Aborted | None = None) -> Iterator[Piece]:
    """The batches in `data` with what they hold from `offset` on; the last one may be cut and is left out."""
    view = memoryview(data)
    at = 0
    while len(data) - at >= PREFIX.size:
        base, length = PREFIX.unpack_from(data, at)
        stop = at + PREFIX.size + length
        if length < SMALLEST:
            yield _unreadable(max(base, offset), max(base, offset) + 1, "its length is impossible")
            return
        if stop > len(data):
            return
        piece = _piece(view[at:stop], base, offset, aborted)
        offset = max(offset, piece.next_offset)  # no checksum covers the offset of a batch: never go back
        yield piece._replace(next_offset=offset)
        at = stop


def _piece(batch: memoryview, base: int, offset: int, aborted: Aborted | None) -> Piece:
    magic = batch[MAGIC_AT]
    if magic < LATEST_FORMAT:
        return _legacy_piece(batch, magic, offset)
    if len(batch) < HEADER_BYTES:
        return _unreadable(base, max(base, offset) + 1, "it is too short")
    after = base + LAST_DELTA.unpack_from(batch, LAST_DELTA_AT)[0] + 1
    if magic > LATEST_FORMAT:
        return _unreadable(max(base, offset), after, f"its record format {magic} is unknown")
    parsed = DefaultRecordBatch(batch)
    if not parsed.validate_crc():
        return _unreadable(max(base, offset), after, "its checksum is wrong")
    return _readable_piece(parsed, COUNT.unpack_from(batch, COUNT_AT)[0], offset, aborted)


def _readable_piece(batch: Any, count: int, offset: int, aborted: Aborted | None) -> Piece:
    """A batch that came as it was written, though whoever wrote it may have erred."""
    after = batch.next_offset
    try:
        if (aborted is not None and aborted.leaves_out(batch)) or batch.is_control_batch:
            return Piece((), after)
        records = list(batch)
    except UnsupportedCodecError as error:
        reason = f"{error}; run: pip install 'eventscope[kafka]'"
    except Exception as error:  # decompressors raise what they like
        reason = f"it cannot be unpacked ({type(error).__name__})"
    else:
        return Piece(records if batch.base_offset >= offset else _from(records, offset), after)
    unread = min(count, after - max(offset, batch.base_offset))
    if unread <= 0:
        return Piece((), after)
    return Piece((), after, Damage(unread, offset <= batch.base_offset, _sentence(batch.base_offset, reason)))


def _legacy_piece(batch: memoryview, magic: int, offset: int) -> Piece:
    """Formats 0 and 1, as old brokers store them: the offset before it is that of the last record."""
    last = PREFIX.unpack_from(batch)[0]
    try:
        parsed = LegacyRecordBatch(batch, magic)
        if not parsed.validate_crc():
            return _unreadable(max(last, offset), last + 1, "its checksum is wrong")
        return Piece(_from(list(parsed), offset), last + 1)
    except Exception as error:  # decompressors raise what they like
        return _unreadable(max(last, offset), last + 1, f"it cannot be unpacked ({type(error).__name__})")


def _from(records: Sequence[Any], offset: int) -> Sequence[Any]:
    return [record for record in records if record.offset >= offset]


def _unreadable(first: int, after: int, reason: str) -> Piece:
    after = max(first + 1, after)
    return Piece((), after, Damage(after - first, False, _sentence(first, reason)))


def _sentence(offset: int, reason: str) -> str:
    return f"the batch at offset {offset} is left out: {reason}"
