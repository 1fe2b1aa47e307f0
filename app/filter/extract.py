"""Extracts: the values at one path of the payloads of some rows, as columns; kept, so that they are read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.filter.json_path import ABSENT, JsonPath, Several
from app.filter.values import EXACT, Wanted, plain_value
from app.store.chunk import Chunk

SPAN: Final = 8_192
"""Rows of one extract: what a search takes at a time. An extract of fewer rows would have to be made again."""

MOST_PATHS: Final = 4
"""Paths whose extracts a chunk keeps; the one that was made first goes."""

Mask = NDArray[np.bool_]


class Extract(NamedTuple):
    """Values of `total` rows: of which row each is, the number it is (or NaN), and the text it is (or -1)."""

    total: int
    rows: NDArray[np.intp]
    numbers: NDArray[np.float64]
    codes: NDArray[np.int32]
    texts: Sequence[str]

    def mask(self, wanted: Wanted) -> Mask:
        """Which rows pass."""
        table = np.zeros(len(self.texts) + 1, np.bool_)
        table[:-1] = [wanted.text(text) for text in self.texts]
        hits = table[self.codes] | (wanted.numbers(self.numbers) & (self.codes < 0))
        mask = np.zeros(self.total, np.bool_)
        if wanted.unequal:
            mask[self.rows] = True
        mask[self.rows[hits]] = not wanted.unequal
        return mask


def extract(chunk: Chunk, path: JsonPath, start: int, stop: int) -> Extract:
    """The extract of rows `start` to `stop`; if it is a whole one, it is kept with the chunk."""
    whole = start % SPAN == 0 and (stop - start == SPAN or stop == chunk.capacity)
    key = (path.text, start)
    kept = chunk.extracts.get(key) if whole else None
    if kept is None:
        kept = of_values(path.column(chunk.payloads.strings(start, stop)))
        if whole:
            keep(chunk.extracts, key, kept)
    return kept


def keep(extracts: dict[tuple[str, int], Any], key: tuple[str, int], made: Extract) -> None:
    """Keep an extract, and let go of the path that was asked for first when there are too many."""
    paths = list(dict.fromkeys(path for path, _ in list(extracts)))
    if key[0] not in paths and len(paths) >= MOST_PATHS:
        for old in [old for old in list(extracts) if old[0] == paths[0]]:
            extracts.pop(old, None)
    extracts[key] = made


def of_values(column: Sequence[Any]) -> Extract:
    """The extract of one value for each row, ABSENT where there is none."""
    total, rows = len(column), np.arange(len(column))
    kinds = set(map(type, column))
    if ABSENT in column:
        rows = np.array([row for row, value in enumerate(column) if value is not ABSENT], np.intp)
        column = [value for value in column if value is not ABSENT]
        kinds.discard(type(ABSENT))
    if kinds <= {int, float} and (numbers := exact_numbers(column)) is not None:
        return Extract(total, rows, numbers, np.full(len(rows), -1, np.int32), ())
    if kinds - {str}:
        places, column = flat(column)
        rows = rows[places]
    numbers = np.array([value if type(value) is float else np.nan for value in column])
    texts = {text: code for code, text in enumerate(dict.fromkeys(v for v in column if type(v) is str))}
    codes = np.array([texts[value] if type(value) is str else -1 for value in column], np.int32)
    return Extract(total, rows, numbers, codes, tuple(texts))


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


def elements(values: Sequence[Any]) -> list[str | float]:
    """The plain values among many; of arrays their elements."""
    inner = (value if isinstance(value, list | Several) else (value,) for value in values)
    return [plain_value(element) for each in inner for element in each]
