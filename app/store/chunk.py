"""Chunk: some tens of thousands of consecutive rows, in columns. It fills up once, then never changes.

One thread appends. Others may read the rows below the `rows` that they saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.marks import Marks
from app.store.arena import Arena, OpenArena
from app.store.dictionary import Dictionary, Texts
from app.store.packing import CODED, Packed
from app.store.recent import NOTHING_KEPT
from app.store.reserve import Reserve, columns
from app.store.thin import taken
from connectors.capture.row_text import split_texts

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
BOUND_BYTES: Final[int] = 2 * np.dtype(np.uint32).itemsize
ROW_BYTES: Final[int] = COLUMN_BYTES + BOUND_BYTES
"""Memory that a row takes in columns and arena bounds."""

SERIALS: Final = count()

SHELL_BYTES: Final[int] = 4_096
"""Memory that a chunk takes whose rows are in a file, beside what it has of its dictionaries; estimated."""

Rows = NDArray[np.int64]
Codes = NDArray[np.uint16]
Durations = NDArray[np.float32]


class Chunk:
    """Rows `first_seq` to `first_seq + rows - 1`.

    Columns are arrays of `capacity` elements, of which the first `rows` count; once it is cold they are copies of just
    these, in the smallest elements that hold the codes and counts, not to be written to. `dictionaries` has the
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
        self.serial = next(SERIALS)
        """No other chunk has it."""
        self.first_seq = first_seq
        self.capacity = capacity
        self.rows = 0
        for name, column in columns(Reserve(capacity * COLUMN_BYTES).bytes, COLUMNS, capacity).items():
            setattr(self, name, column)
        self._growing = {name: Dictionary() for name in (*CODED, "source")}
        self.dictionaries: Mapping[str, Texts] = self._growing
        self.sealed = False
        """Whether no row comes any more."""
        self.marks: Marks | None = None
        """What was noted about rows of the store that it belongs to."""
        self.cache = NOTHING_KEPT
        """What that store keeps of all that is made of its rows to be read."""
        self._open: tuple[OpenArena, ...] = (OpenArena(capacity, arena_size), OpenArena(capacity, arena_size))
        self._thin: int | None = None
        self._column: Callable[[str], NDArray[Any]] | None = None
        """Reads a column from a file, where the rows are no more in memory."""
        self.payloads: Arena
        self.texts: Arena
        self.payloads, self.texts = self._open

    @property
    def next_seq(self) -> int:
        """The number after that of its last row."""
        return self.first_seq + self.rows

    def seqs_of(self, rows: Rows) -> Rows:
        """The numbers of rows."""
        return rows + np.int64(self.first_seq)

    def holds(self, seqs: Rows) -> NDArray[np.bool_]:
        """Which of these numbers are those of rows of this chunk."""
        held: NDArray[np.bool_] = (seqs >= self.first_seq) & (seqs < self.next_seq)
        return held

    def rows_of(self, seqs: Rows) -> Rows:
        """The rows with these numbers, in their order; those that are not in this chunk are left out."""
        return seqs[self.holds(seqs)] - np.int64(self.first_seq)

    def place_of(self, seq: int) -> int:
        """The first row with this number or a later one; `rows` when there is none."""
        return min(max(seq - self.first_seq, 0), self.rows)

    @property
    def arena_bytes(self) -> int:
        """Bytes of payloads and texts as they are read."""
        return self.payloads.used + self.texts.used

    @property
    def bytes(self) -> int:
        """Memory taken by the rows, the dictionaries estimated."""
        texts: int = sum(dictionary.bytes for dictionary in self.dictionaries.values())
        if not self.at_hand:
            return SHELL_BYTES + texts
        columns = self.rows * COLUMN_BYTES if self._thin is None else self._thin
        return columns + self.rows * BOUND_BYTES + self.payloads.memory + self.texts.memory + texts

    def weights(self, start: int, stop: int) -> Rows:
        """The bytes of each of rows `start` to `stop`, before compression."""
        ends = self.payloads.at[start : stop + 1].astype(np.int64) + self.texts.at[start : stop + 1]
        return ends[1:] - ends[:-1] + ROW_BYTES

    def append(self, packed: Packed, start: int, stop: int, source: str, observed_at: int) -> None:
        """Add rows `start` to `stop` of what was packed; there must be room for them."""
        row, end = self.rows, self.rows + stop - start
        for name, values in packed.numbers.items():
            getattr(self, name)[row:end] = values[start:stop]
        for name, column in packed.coded.items():
            getattr(self, name)[row:end] = self._growing[name].encode(column[start:stop])
        if packed.replays is None:
            self.source[row:end] = self._growing["source"][source]
            self.observed[row:end] = observed_at
        else:
            self.source[row:end] = self._growing["source"].encode(packed.replays.sources_or(start, stop, source))
            self.observed[row:end] = packed.replays.observed_or(start, stop, observed_at)
        for arena, run in zip(self._open, (packed.payloads, packed.texts), strict=True):
            arena.extend(row, run, start, stop)
        self.rows = end

    def seal(self) -> None:
        """Give back the room for what will not come; nothing can be appended any more."""
        self.sealed = True
        for arena in self._open:
            arena.seal()

    def become(self, thin: Mapping[str, NDArray[Any]], payloads: Arena, texts: Arena) -> None:
        """Go on with the same rows in a form that takes less memory: columns that are no larger than their numbers."""
        for name, column in thin.items():
            setattr(self, name, column)
        self._thin = sum(map(taken, thin.values()))
        self.payloads, self.texts, self._open = payloads, texts, ()

    def leave(
        self, column: Callable[[str], NDArray[Any]], dictionaries: Mapping[str, Texts], payloads: Arena, texts: Arena
    ) -> None:
        """Go on with the same rows in a file. `column` reads a column as it is asked for; no code is another one.

        A thread that reads meanwhile finds the one or the other.
        """
        self._column = column
        self.dictionaries, self._growing = dictionaries, {}
        self.payloads, self.texts, self._open = payloads, texts, ()
        self._thin = 0
        for name in COLUMNS:
            delattr(self, name)

    def __getattr__(self, name: str) -> NDArray[Any]:
        """A column that is not in memory."""
        if name not in COLUMNS or self._column is None:
            raise AttributeError(name)
        return self._column(name)

    @property
    def at_hand(self) -> bool:
        """Whether its rows are in memory, so that nobody who reads them waits for a disk."""
        return self._column is None

    @property
    def is_cold(self) -> bool:
        """Whether it has a form that takes less memory."""
        return self._thin is not None

    def row_texts(self, row: int) -> list[str | None]:
        """Id, causation id, key, error and headers of a row."""
        return split_texts(self.texts[row])
