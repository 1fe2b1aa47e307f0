"""Extracts: the values at one path of the payloads of some rows, as columns; kept, so that they are read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.filter.json_path import ABSENT, JsonPath, Several
from app.filter.values import EXACT, Wanted, plain_value
from app.store.arena import Run
from app.store.chunk import Chunk
from app.store.courtesy import WINDOW

SPAN: Final = 8_192
"""Rows of one extract: what a search takes at a time. An extract of fewer rows would have to be made again."""

READ_AT_ONCE: Final = 128 * 1024
"""Bytes of payloads read between two pauses for the window."""

TEXT_BYTES: Final = 180
"""Memory that a text takes in an extract, estimated."""

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


class Extract(NamedTuple):
    """Values of `total` rows. What is the same in the plainest case, one number for each row, is left out."""

    total: int
    places: Places | None
    """Of which row each value is, ascending; None if there is one for each row."""
    floats: NDArray[np.float64] | None
    """The number that each value is, or NaN; None if none is a number."""
    coded: NDArray[np.int32] | None
    """The code of the text that each value is, or -1; None if none is a text."""
    known: dict[str, int]
    """The code of each text."""

    @property
    def rows(self) -> Places:
        """Of which row each value is."""
        return np.arange(self.total) if self.places is None else self.places

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The number that each value is, or NaN."""
        return np.full(len(self.rows), np.nan) if self.floats is None else self.floats

    @property
    def codes(self) -> NDArray[np.int32]:
        """The place among `texts` of the text that each value is, or -1."""
        return np.full(len(self.rows), -1, np.int32) if self.coded is None else self.coded

    @property
    def texts(self) -> Sequence[str]:
        """The different texts."""
        return tuple(self.known)

    @property
    def bytes(self) -> int:
        """Memory that it takes, estimated."""
        arrays = [array for array in (self.places, self.floats, self.coded) if array is not None]
        return sum(array.nbytes for array in arrays) + len(self.known) * TEXT_BYTES

    def mask(self, wanted: Wanted) -> Mask:
        """Which rows pass."""
        hits = self._hits(wanted)
        if self.places is None:
            return np.logical_not(hits, out=hits) if wanted.unequal else hits
        mask = np.zeros(self.total, np.bool_)
        if wanted.unequal:
            mask[self.places] = True
        mask[self.places[hits]] = not wanted.unequal
        return mask

    def _hits(self, wanted: Wanted) -> Mask:
        """Which values are wanted."""
        if self.coded is None:
            return wanted.numbers(self.numbers)
        table = np.zeros(len(self.known) + 1, np.bool_)
        table[wanted.codes(self.known)] = True
        hits: Mask = table[self.coded]
        if self.floats is not None:
            hits |= wanted.numbers(self.floats) & (self.coded < 0)
        return hits


def extract(chunk: Chunk, path: JsonPath, start: int, stop: int) -> Extract:
    """The extract of rows `start` to `stop`; if it is a whole one, it is kept in the memory of the store."""

    def make() -> Extract:
        return of_values([value for run in small_runs(chunk, start, stop) for value in path.values(run)])

    rest = chunk.sealed and stop == chunk.rows and stop - start < SPAN
    whole = start % SPAN == 0 and (stop - start == SPAN or rest)
    if not whole:
        return make()
    kept: Extract = chunk.cache.get((chunk.serial, path.text, start), make)
    return kept


def small_runs(chunk: Chunk, start: int, stop: int) -> Iterator[Run]:
    """Payloads, so many at a time that they are read in about a millisecond; the window goes first in between."""
    for _, run in chunk.payloads.runs(start, stop):
        for _, part in run.parts(READ_AT_ONCE):
            WINDOW.give_way()
            yield part


def of_values(column: Sequence[Any]) -> Extract:
    """The extract of one value for each row, ABSENT where there is none."""
    total, kinds = len(column), set(map(type, column))
    rows: Places | None = None
    if type(ABSENT) in kinds:
        rows = np.array([row for row, value in enumerate(column) if value is not ABSENT], np.intp)
        column = [value for value in column if value is not ABSENT]
        kinds.discard(type(ABSENT))
    if kinds <= {int, float} and (numbers := exact_numbers(column)) is not None:
        return Extract(total, rows, numbers, None, {})
    if kinds - {str}:
        places, column = flat(column)
        rows = np.array(places, np.intp) if rows is None else rows[places]
    known = {text: code for code, text in enumerate(dict.fromkeys(v for v in column if type(v) is str))}
    codes = np.array([known[value] if type(value) is str else -1 for value in column], np.int32)
    floats = None if kinds == {str} else np.array([v if type(v) is float else np.nan for v in column])
    return Extract(total, rows, floats, codes, known)


def exact_numbers(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """Numbers as floats, None if one is too large to stay what it is."""
    try:
        numbers = np.array(values, np.float64)
    except OverflowError:
        return None
    return None if np.any(np.abs(numbers) > EXACT) else numbers


def flat(column: Sequence[Any]) -> tuple[list[int], list[str | float]]:
    """Places and plain values; of an array that a path leads to, its elements."""
    rows: list[int] = []
    values: list[str | float] = []
    for row, value in enumerate(column):
        kind = type(value)
        if kind is Several or kind is list:
            inner = elements(value)
            rows += [row] * len(inner)
            values += inner
        else:
            rows.append(row)
            values.append(value if kind is str else plain_value(value))
    return rows, values


def elements(value: Any) -> list[str | float]:
    """The plain values of one row, which has one or several; of arrays their elements."""
    each = value if isinstance(value, Several) else (value,)
    inner = (one if isinstance(one, list) else (one,) for one in each)
    return [plain_value(element) for each in inner for element in each]
