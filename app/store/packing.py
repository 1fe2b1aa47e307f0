"""Packing: a block of Python values as NumPy columns and joined bytes, ready to be copied into chunks.

Whatever one row holds, the block is packed: numbers outside their range become unknown or the nearest
one that fits, and values of a wrong type become text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.arena import END, Run
from app.store.cleaning import plain_bytes, plain_text, whole_number
from app.store.replays import Replays, pack_replays
from connectors.capture.row_text import EMPTY, SEPARATOR, told
from connectors.capture.row_text import NO_PAYLOAD as NO_PAYLOAD
from eventscope.connector import UNKNOWN_PRIORITY, Block
from eventscope.event import EventPriority
from eventscope.step import UNKNOWN, Phase

Ints = NDArray[np.int64]

LINE: Final = END.decode()
STAND_INS: Final = str.maketrans({SEPARATOR: "␟", EMPTY: "␀"})
"""Shown in place of the two characters that a row's text needs for itself."""


CODED: Final = {
    "type": "type",
    "category": "category",
    "producer": "producer",
    "channel": "channel",
    "correlation": "correlation_id",
    "subscription": "subscription",
    "envelope": "envelope",
}
"""The dictionary-encoded columns that come from a block, and the field that each holds."""


class Packed(NamedTuple):
    """A block, packed. `coded` has the columns of texts in which a row says anything."""

    rows: int
    numbers: dict[str, NDArray[Any]]
    coded: Mapping[str, Sequence[Any]]
    payloads: Run
    texts: Run
    replays: Replays | None = None

    @property
    def weights(self) -> Ints:
        """Where each row ends if all arenas were one."""
        return self.payloads.bounds + self.texts.bounds


def pack(block: Block) -> Packed:
    """Pack a block; raises ValueError if its columns are not equally long."""
    if any(len(column) != block.rows for column in block.whole()):
        raise ValueError("The columns of a block must be equally long; its connector needs mending.")
    payloads, size = pack_payloads(block.payload)
    texts = pack_texts([block.id, block.causation_id, block.key, block.error, block.headers])
    numbers = {name: fit(whole(getattr(block, field))) for name, field, fit in NUMBERS}
    named = {name: getattr(block, field) for name, field in CODED.items()}
    coded = {name: column for name, column in named.items() if not all_absent(column)}
    return Packed(block.rows, numbers | {"size": size}, coded, payloads, texts, pack_replays(block.replay))


def whole(column: Sequence[Any]) -> Ints:
    """A column of integers; those that are none are UNKNOWN."""
    try:
        if len(column) and type(column[0]) is int and is_uniform(column):
            return np.full(len(column), column[0], np.int64)
        return np.fromiter(column, np.int64, len(column))
    except (TypeError, ValueError, OverflowError):
        return np.fromiter(map(whole_number, column), np.int64, len(column))


def is_uniform(column: Sequence[Any]) -> bool:
    """Whether all elements are alike, as they often are; if not, that is mostly seen at once."""
    first = column[0]
    return bool(first == column[-1]) and column.count(first) == len(column)


def priorities(values: Ints) -> NDArray[np.int8]:
    """Priorities; what is no priority is unknown."""
    values[(values < 0) | (values > max(EventPriority))] = UNKNOWN_PRIORITY
    return values.astype(np.int8)


def phases(values: Ints) -> NDArray[np.uint8]:
    """Phases; a row in a phase that nobody knows was at least published."""
    values[(values < 0) | (values > max(Phase))] = Phase.PUBLISHED
    return values.astype(np.uint8)


def attempts(values: Ints) -> NDArray[np.uint16]:
    """Attempts, 0 when unknown."""
    return np.clip(values, 0, 2**16 - 1).astype(np.uint16)


def fanouts(values: Ints) -> NDArray[np.int32]:
    """Numbers of subscriptions, -1 when unknown."""
    return np.clip(values, -1, 2**31 - 1).astype(np.int32)


def moments(values: Ints) -> Ints:
    """Nanoseconds since the epoch, UNKNOWN kept."""
    return values


def durations(values: Ints) -> NDArray[np.float32]:
    """Durations in nanoseconds, NaN when unknown."""
    known = values.astype(np.float32)
    known[values == UNKNOWN] = np.nan
    return known


NUMBERS: Final[tuple[tuple[str, str, Callable[[Ints], NDArray[Any]]], ...]] = (
    ("phase", "phase", phases),
    ("priority", "priority", priorities),
    ("attempt", "attempt", attempts),
    ("fanout", "fanout", fanouts),
    ("occurred", "occurred_at", moments),
    ("queue", "queue_ns", durations),
    ("handle", "handle_ns", durations),
    ("total", "total_ns", durations),
)
"""Column of the chunk, field of the block, and how its values are made to fit."""


def pack_payloads(column: Sequence[Any]) -> tuple[Run, NDArray[np.uint32]]:
    """The payloads as one run, and the size of each (NO_PAYLOAD where there is none)."""
    try:
        run = payload_run(column)
        return run, sizes(run)
    except TypeError:
        absent = np.fromiter((value is None for value in column), np.bool_, len(column))
    try:
        run = payload_run([b"" if value is None else value for value in column])
    except TypeError:
        run = payload_run([plain_bytes(value) or b"" for value in column])
    return run, np.where(absent, np.uint32(NO_PAYLOAD), sizes(run))


def sizes(run: Run) -> NDArray[np.uint32]:
    """How many bytes each string of a run has."""
    return (np.diff(run.bounds) - len(END)).astype(np.uint32)


def payload_run(column: Sequence[Any]) -> Run:
    """All payloads joined; raises TypeError if one is not bytes."""
    run = Run.of(END.join((*column, b"")), np.fromiter(map(len, column), np.int64, len(column)))
    if run.bounds[-1] != len(run.data):
        raise TypeError("a buffer whose length is not in bytes")
    return run


def pack_texts(columns: list[Sequence[Any]]) -> Run:
    """The texts of each row, separated, in UTF-8. Columns at the end that nobody filled are left out."""
    while len(columns) > 1 and all_absent(columns[-1]):
        columns.pop()
    try:
        rows = joined(columns)
    except TypeError:
        rows = joined([[tamed(value) for value in column] for column in columns])
    text = LINE.join((*rows, ""))
    if text.count(SEPARATOR) != len(rows) * (len(columns) - 1) or EMPTY in text:
        rows = joined([[tamed(value) for value in column] for column in columns])
        text = LINE.join((*rows, ""))
    if text.isascii():
        return Run.of(text.encode(), np.fromiter(map(len, rows), np.int64, len(rows)))
    encoded = [row.encode("utf-8", "surrogatepass") for row in rows]
    return Run.of(END.join((*encoded, b"")), np.fromiter(map(len, encoded), np.int64, len(rows)))


def all_absent(column: Sequence[Any]) -> bool:
    """Whether the column says nothing of any row."""
    return not any(column) and column.count(None) == len(column)


def joined(columns: list[Sequence[Any]]) -> list[str]:
    """One text for each row; raises TypeError if something in it is not text."""
    filled = [[value or written(value) for value in column] for column in columns]
    return list(map(SEPARATOR.join, zip(*filled, strict=True)))


def written(value: Any) -> Any:
    """How a value that is not true is written: None, the empty text, or something that is no text."""
    return "" if value is None else EMPTY if value == "" else value


def tamed(value: object) -> str | None:
    """A text without the characters that a row's text needs for itself."""
    text = plain_text(value)
    return text.translate(STAND_INS) if text else text


def one_text(data: bytes, place: int) -> str | None:
    """The text at one place of a row's texts."""
    texts = data.split(SEPARATOR.encode(), place + 1)
    return told(texts[place].decode("utf-8", "surrogatepass")) if place < len(texts) else None
