"""Chunk: some tens of thousands of consecutive rows, in columns. It fills up once, then never changes.

One thread appends. Others may read the rows below the `rows` that they saw.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Arena
from app.store.dictionary import Dictionary
from app.store.packing import CODED, Packed, split_texts
from app.store.reserve import Reserve, columns

MOST_ROWS: Final = 65_535
"""One less than a two-byte code can number, since code 0 means absent."""

MOST_ARENA_BYTES: Final = 16 * 1024 * 1024
"""Payloads and texts of one chunk; a single row that is larger has a chunk to itself."""

COLUMNS: Final[dict[str, Any]] = {
    **dict.fromkeys((*CODED, "source"), np.uint16),
    "phase": np.uint8,
    "priority": np.int8,
    "attempt": np.uint16,
    "fanout": np.int32,
    "size": np.uint32,
    "occurred": np.int64,
    "observed": np.int64,
    "queue": np.float32,
    "handle": np.float32,
    "total": np.float32,
}
"""All columns and their element types."""

COLUMN_BYTES: Final[int] = sum(np.dtype(kind).itemsize for kind in COLUMNS.values())
ROW_BYTES: Final[int] = COLUMN_BYTES + 2 * np.dtype(np.uint32).itemsize
"""Memory that a row takes in columns and arena bounds."""

Codes = NDArray[np.uint16]
Durations = NDArray[np.float32]


class Chunk:
    """Rows `first_seq` to `first_seq + rows - 1`.

    Columns are arrays of `capacity` elements, of which the first `rows` count. `dictionaries` has the
    texts behind the codes of a column. Durations are nanoseconds, NaN when unknown; `occurred` is
    nanoseconds since the epoch or UNKNOWN; `size` is NO_PAYLOAD where there is no payload, `attempt` 0
    and `fanout` -1 when unknown.
    """

    type: Codes
    category: Codes
    source: Codes
    producer: Codes
    channel: Codes
    correlation: Codes
    subscription: Codes
    envelope: Codes
    phase: NDArray[np.uint8]
    priority: NDArray[np.int8]
    attempt: NDArray[np.uint16]
    fanout: NDArray[np.int32]
    size: NDArray[np.uint32]
    occurred: NDArray[np.int64]
    observed: NDArray[np.int64]
    queue: Durations
    handle: Durations
    total: Durations

    def __init__(self, first_seq: int, capacity: int = MOST_ROWS, arena_size: int = MOST_ARENA_BYTES) -> None:
        self.first_seq = first_seq
        self.capacity = capacity
        self.rows = 0
        for name, column in columns(Reserve(capacity * COLUMN_BYTES).bytes, COLUMNS, capacity).items():
            setattr(self, name, column)
        self.dictionaries = {name: Dictionary() for name in (*CODED, "source")}
        self.extracts: dict[tuple[str, int], Any] = {}
        """What filters have read out of the payloads, so as to read it once (app/filter/extract.py)."""
        self.payloads = Arena(capacity, arena_size)
        self.texts = Arena(capacity, arena_size)

    @property
    def next_seq(self) -> int:
        """The number of the first row after this chunk."""
        return self.first_seq + self.rows

    @property
    def arena_bytes(self) -> int:
        """Bytes of payloads and texts."""
        return self.payloads.used + self.texts.used

    @property
    def bytes(self) -> int:
        """Memory taken by the rows, the dictionaries estimated."""
        texts: int = sum(dictionary.bytes for dictionary in self.dictionaries.values())
        return self.rows * ROW_BYTES + self.arena_bytes + texts

    def append(self, packed: Packed, start: int, stop: int, source: str, observed_at: int) -> None:
        """Add rows `start` to `stop` of what was packed; there must be room for them."""
        row, end = self.rows, self.rows + stop - start
        for name, values in packed.numbers.items():
            getattr(self, name)[row:end] = values[start:stop]
        for name, column in packed.coded.items():
            getattr(self, name)[row:end] = self.dictionaries[name].encode(column[start:stop])
        self.source[row:end] = self.dictionaries["source"][source]
        self.observed[row:end] = observed_at
        self.payloads.extend(row, packed.payloads, start, stop)
        self.texts.extend(row, packed.texts, start, stop)
        self.rows = end

    def seal(self) -> None:
        """Give back the room for what will not come; nothing can be appended any more."""
        self.payloads.seal()
        self.texts.seal()

    def row_texts(self, row: int) -> list[str | None]:
        """Id, causation id, key, error and headers of a row."""
        return split_texts(self.texts[row])
