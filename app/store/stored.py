"""StoredEvent: one row of the store, read back. The only place where columns turn into values again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk
from app.store.packing import CODED, NO_PAYLOAD
from eventscope.step import UNKNOWN

Rows = NDArray[np.int64]
Reader = Callable[[Chunk, Rows], Sequence[Any]]


class Evicted(KeyError):
    """The row is not in the store: it was evicted or cleared, or has not come yet."""


class StoredEvent(msgspec.Struct, frozen=True):
    """One row. Unknown is None, and -1 for `priority`. Times are ns since the epoch, durations ns."""

    seq: int
    id: str | None
    type: str | None
    category: str | None
    priority: int
    source: str
    producer: str | None
    channel: str | None
    key: str | None
    correlation_id: str | None
    causation_id: str | None
    occurred_at: int | None
    observed_at: int
    phase: int
    subscription: str | None
    attempt: int | None
    queue_ns: float | None
    handle_ns: float | None
    total_ns: float | None
    fanout: int | None
    error: str | None
    headers: str | None
    payload: bytes | None
    size: int | None
    envelope: str | None


def read(chunk: Chunk, rows: Rows, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The values of the named fields of StoredEvent, a tuple for each row."""
    texts = TEXT_PLACES.keys() & set(names)
    found = [chunk.row_texts(row) for row in rows.tolist()] if texts else []
    columns = [
        [row[TEXT_PLACES[name]] for row in found] if name in texts else READERS[name](chunk, rows) for name in names
    ]
    return list(zip(*columns, strict=True))


def cells_of(chunk_of: Callable[[int], Chunk], wanted: Rows, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The named fields of rows by their numbers, a tuple for each; raises Evicted."""
    cells: list[tuple[Any, ...]] = []
    while len(cells) < len(wanted):
        rest = wanted[len(cells) :]
        chunk = chunk_of(int(rest[0]))
        outside = np.flatnonzero((rest < chunk.first_seq) | (rest >= chunk.next_seq))
        together = rest[: outside[0]] if len(outside) else rest
        rows = chunk.rows_of(together)
        if len(rows) < len(together):
            raise Evicted(together.tolist())
        cells += read(chunk, rows, names)
    return cells


def coded(column: str) -> Reader:
    """Reads the texts behind the codes of a column."""

    def reader(chunk: Chunk, rows: Rows) -> list[Any]:
        texts = chunk.dictionaries[column].values
        return [texts[code] for code in getattr(chunk, column)[rows].tolist()]

    return reader


def number(column: str, unknown: int | None = None) -> Reader:
    """Reads numbers, with None for the one that means unknown."""

    def reader(chunk: Chunk, rows: Rows) -> list[Any]:
        return [None if value == unknown else value for value in getattr(chunk, column)[rows].tolist()]

    return reader


def duration(column: str) -> Reader:
    """Reads durations, with None for NaN, the one number that differs from itself."""

    def reader(chunk: Chunk, rows: Rows) -> list[Any]:
        return [value if value == value else None for value in getattr(chunk, column)[rows].tolist()]

    return reader


def sequence_numbers(chunk: Chunk, rows: Rows) -> list[Any]:
    """The sequence numbers of the rows."""
    seqs: list[Any] = chunk.seqs_of(rows).tolist()
    return seqs


def payloads(chunk: Chunk, rows: Rows) -> list[Any]:
    """The payloads, byte for byte."""
    sizes = chunk.size[rows].tolist()
    return [None if size == NO_PAYLOAD else chunk.payloads[row] for row, size in zip(rows.tolist(), sizes, strict=True)]


TEXT_PLACES: Final = {"id": 0, "causation_id": 1, "key": 2, "error": 3, "headers": 4}
"""Where the text of a row has these fields."""

READERS: Final[dict[str, Reader]] = {
    **{field: coded(column) for column, field in CODED.items()},
    "source": coded("source"),
    "seq": sequence_numbers,
    "priority": number("priority"),
    "phase": number("phase"),
    "attempt": number("attempt", 0),
    "fanout": number("fanout", -1),
    "size": number("size", NO_PAYLOAD),
    "occurred_at": number("occurred", UNKNOWN),
    "observed_at": number("observed"),
    "queue_ns": duration("queue"),
    "handle_ns": duration("handle"),
    "total_ns": duration("total"),
    "payload": payloads,
}
