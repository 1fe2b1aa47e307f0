"""Sort keys: any value as one whole number, so that rows of any field are compared, merged and searched alike.

Numbers come first, then texts, then what is missing, which is last in descending order too. A cell holds a text by its
number among the `Words`; its key, by its place among them, which is known when all of them are.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.columns.words import Words
from app.filter.values import plain_value

__all__ = ["MISSING", "Cells", "cells_of", "of_floats", "of_texts", "of_wholes", "order_of", "ranked", "unranked"]

Cells = NDArray[np.uint64]

MISSING: Final = np.uint64(2**64 - 1)
TEXTS: Final = np.uint64(0xFFF8 << 48)
"""The first cell of a text: all numbers are lower."""
SIGN: Final = np.uint64(1 << 63)
FEW: Final = 2**16
"""Keys so close together are sorted as short numbers, which takes a tenth of the time."""


def of_wholes(values: NDArray[Any], unknown: int | None = None) -> Cells:
    """Whole numbers as cells."""
    cells: Cells = np.minimum(values.astype(np.int64).view(np.uint64) ^ SIGN, TEXTS - np.uint64(1))
    if unknown is not None:
        cells[values == unknown] = MISSING
    return cells


def of_floats(values: NDArray[Any]) -> Cells:
    """Numbers as cells; NaN is missing."""
    bits = (values.astype(np.float64) + 0.0).view(np.uint64)  # adding makes one zero of both
    cells: Cells = np.where(bits & SIGN, ~bits, bits | SIGN)
    cells[np.isnan(values)] = MISSING
    return cells


def of_texts(texts: list[str | None], words: Words) -> Cells:
    """Texts as cells; None is missing."""
    numbers = words.numbers([text or "" for text in texts])
    cells = numbers.astype(np.uint64) + TEXTS
    cells[np.fromiter((text is None for text in texts), np.bool_, len(texts))] = MISSING
    return cells


def cells_of(values: list[Any], missing: object, words: Words) -> Cells:
    """Values of JSON as cells."""
    plain = [None if value is missing else plain_value(value) for value in values]
    cells = of_texts([value if isinstance(value, str) else None for value in plain], words)
    numbers = of_floats(np.array([value if isinstance(value, float) else np.nan for value in plain], np.float64))
    return np.minimum(cells, numbers)


def ranked(cells: Cells, ranks: NDArray[np.int64], *, descending: bool) -> Cells:
    """The keys of cells."""
    keys = cells.copy()
    texts = np.flatnonzero((cells >= TEXTS) & (cells != MISSING))
    if len(texts):
        keys[texts] = TEXTS + ranks[(cells[texts] - TEXTS).astype(np.int64)].astype(np.uint64)
    return np.where(cells == MISSING, MISSING, MISSING - np.uint64(1) - keys) if descending else keys


def unranked(keys: Cells, ranks: NDArray[np.int64], *, descending: bool) -> Cells:
    """The cells that keys were made of."""
    cells = np.where(keys == MISSING, MISSING, MISSING - np.uint64(1) - keys) if descending else keys.copy()
    texts = np.flatnonzero((cells >= TEXTS) & (cells != MISSING))
    if len(texts):
        numbers = np.argsort(ranks)
        cells[texts] = TEXTS + numbers[(cells[texts] - TEXTS).astype(np.int64)].astype(np.uint64)
    return cells


def order_of(keys: Cells) -> NDArray[np.intp]:
    """The places of keys, the lowest first; equal ones stay in their order."""
    told = keys != MISSING
    lowest = keys.min(where=told, initial=MISSING)
    if len(keys) and keys.max(where=told, initial=lowest) - lowest < FEW - 1:
        short = np.where(told, keys - lowest, np.uint64(FEW - 1)).astype(np.uint16)
        return np.argsort(short, kind="stable")
    return np.argsort(keys, kind="stable")
