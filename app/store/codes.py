"""Codes: the same text has the same number in every chunk, for columns that have few different texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk

ABSENT: Final = 0
"""The number of "no text", as in a chunk's own dictionaries."""
OTHER: Final = 1
"""The number of all texts that came when the table was full."""

OTHERS: Final = "(others)"
"""The name that they share."""

LONGEST_TEXT: Final = 1_024
"""Characters. Longer ones share that number too: they are kept as long as the program runs."""

CHUNK_CODES: Final = 65_536
"""How many codes a chunk's dictionary can give out."""


def unchanged(text: str) -> str:
    """The text itself: what most columns are numbered by."""
    return text


class Codes:
    """Numbers for the texts of one column, at most `limit` of them; the rest share `OTHER`.

    A chunk's codes are translated by a table that is filled as its dictionary grows, so Python sees
    each text once per chunk and each row is one look-up in NumPy. `name` says what part of the text
    counts.
    """

    def __init__(self, column: str, limit: int, name: Callable[[str], str] = unchanged) -> None:
        self.column = column
        self.limit = limit
        self.texts: list[str | None] = [None, OTHERS]
        self._name = name
        self._numbers: dict[str, int] = {}
        self._table = np.zeros(CHUNK_CODES, np.int64)
        self._filled = 0
        self._chunk = -1  # its serial

    def number(self, text: str | None) -> int:
        """The number of `text`, a new one if there is room."""
        if text is None:
            return ABSENT
        name = self._name(text)
        number = self._numbers.get(name)
        if number is not None:
            return number
        if len(self._numbers) >= self.limit or len(name) > LONGEST_TEXT:
            return OTHER
        self.texts.append(name)
        self._numbers[name] = number = len(self.texts) - 1
        return number

    def of(self, chunk: Chunk, rows: slice | NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of these rows of a chunk."""
        values = chunk.dictionaries[self.column].values
        if chunk.serial != self._chunk:
            self._chunk, self._filled = chunk.serial, 0
        if len(values) > self._filled:
            self._table[self._filled : len(values)] = [self.number(v) for v in values[self._filled :]]
            self._filled = len(values)
        codes: NDArray[np.uint16] = getattr(chunk, self.column)[rows]
        return self._table[codes]
