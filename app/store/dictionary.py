"""Dictionary: the different texts of one column of one chunk, each known by a small number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.store.cleaning import plain_text
from app.store.coded import Coded, LeafColumn

ABSENT: Final = 0
"""The code of None: the row has no such text."""

PLAIN: Final = frozenset((str, type(None)))

COST: Final = 96
"""Bytes that an entry takes beside its characters: the string object, and its places in dict and list."""


class Texts(Protocol):
    """The different texts of one column of a chunk, as they are read."""

    @property
    def values(self) -> Sequence[str | None]:
        """The text of each code."""

    @property
    def bytes(self) -> int:
        """Memory that the texts take, estimated."""

    @property
    def at_hand(self) -> bool:
        """Whether they are in memory."""

    def code(self, text: str | None) -> int | None:
        """The code of `text`, or None when no row of the chunk has it."""


class Dictionary(dict[object, int]):
    """From text to code and back. Codes count up from 1 in order of appearance.

    A chunk has no more rows than there are two-byte codes, so it never runs out of them.
    """

    at_hand = True

    def __init__(self) -> None:
        super().__init__({None: ABSENT})
        self.values: list[str | None] = [None]  # type: ignore[assignment]
        """The text of each code."""
        self.bytes = 0
        """Memory that the texts take, estimated."""

    def __missing__(self, text: object) -> int:
        if not isinstance(text, str):
            raise TypeError(f"{type(text).__name__} is not text")
        own = str.__str__(text)
        self[own] = code = len(self.values)
        self.values.append(own)
        self.bytes += len(own) + COST
        return code

    def encode(self, column: Sequence[object]) -> NDArray[np.uint16]:
        """The codes of a column. What is not text is turned into text."""
        if isinstance(column, LeafColumn):
            self._learn(column.values[len(self.values) : int(column.codes.max()) + 1])
            return column.codes.astype(np.uint16)
        if isinstance(column, Coded):
            self._learn(column.values)
            return np.fromiter(map(self.__getitem__, column.values), np.uint16, len(column.values))[column.codes]
        first, rows = column[0], len(column)
        try:
            if isinstance(first, str) and column[-1] == first and column.count(first) == rows:
                return np.full(rows, self[first], np.uint16)
            different = dict.fromkeys(column)
            if PLAIN.issuperset(map(type, different)):
                self._learn(different)
            return np.fromiter(map(self.__getitem__, column), np.uint16, rows)
        except (TypeError, ValueError):
            return np.fromiter((self[plain_text(value)] for value in column), np.uint16, rows)

    def _learn(self, different: Iterable[Any]) -> None:
        """Give codes to those of these different texts that have none, without asking `__missing__` for each."""
        new = [text for text in different if text not in self]
        self.update(zip(new, range(len(self.values), len(self.values) + len(new)), strict=True))
        self.values += new
        self.bytes += sum(map(len, new)) + COST * len(new)

    def code(self, text: str | None) -> int | None:
        """The code of `text`, or None when no row of the chunk has it."""
        return self.get(text)
