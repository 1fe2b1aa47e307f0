"""Parcel: rows that were packed in another process, ready for the store; nobody need touch a single value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, overload

from app.store.packing import CODED, NO_PAYLOAD, NUMBERS, Packed
from connectors.capture.row_text import split_texts
from connectors.file.leaf_rows import Home
from eventscope.connector import Record
from eventscope.step import UNKNOWN

TEXT_FIELDS: Final = ("id", "causation_id", "key", "error", "headers")
"""The fields of a record that share a row's text, in their order."""

BUILD: Final[Callable[..., Record]] = Record


class InFile(NamedTuple):
    """Rows that lie in a file as well, in the codes that they have there."""

    home: Home
    packed: Packed


class Parcel(Sequence[Record]):
    """A sequence of records for whoever wants to read them; durations may have lost their last digits."""

    def __init__(self, packed: Packed, in_file: InFile | None = None) -> None:
        self.packed = packed
        self.in_file = in_file

    @property
    def rows(self) -> int:
        """How many records it holds."""
        return self.packed.rows

    @property
    def bytes(self) -> int:
        """Bytes of payloads and texts."""
        return len(self.packed.payloads.data) + len(self.packed.texts.data)

    @property
    def priority(self) -> Sequence[int]:
        """The priority of each row."""
        priorities: list[int] = self.packed.numbers["priority"].tolist()
        return priorities

    def __len__(self) -> int:
        return self.packed.rows

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        if isinstance(at, slice):
            return [self._record(row) for row in range(*at.indices(self.rows))]
        return self._record(range(self.rows)[at])

    def _record(self, row: int) -> Record:
        packed = self.packed
        texts = split_texts(packed.texts.string(row))
        return BUILD(
            payload=None if packed.numbers["size"][row] == NO_PAYLOAD else packed.payloads.string(row),
            **{field: _whole(packed.numbers[name][row].item()) for name, field, _ in NUMBERS},
            **{CODED[name]: column[row] for name, column in packed.coded.items()},
            **dict(zip(TEXT_FIELDS, texts, strict=True)),
            replay=packed.replays.of(row) if packed.replays else None,
        )


def _whole(value: Any) -> int:
    """A number of a column as a record has it."""
    return UNKNOWN if math.isnan(value) else int(value)
