"""Thin columns: the numbers of rows that will not change any more, in as few bytes as hold them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NARROWER: Final[dict[str, tuple[Any, ...]]] = {"u": (np.uint8, np.uint16), "i": (np.int8, np.int16)}
"""Element types to try, by kind. Times, of eight bytes, stay as they are: they are added and subtracted."""


def thin(column: NDArray[Any]) -> NDArray[Any]:
    """A copy that reads the same: one element for all rows when they are alike, else of the smallest type."""
    if len(column) and alike(column):
        return np.broadcast_to(column[:1].copy(), len(column))
    low, high = column.min(initial=0), column.max(initial=0)
    for kind in NARROWER.get(column.dtype.kind, ()) if column.itemsize < 8 else ():
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return column.astype(kind)
    return column.copy()


def alike(column: NDArray[Any]) -> bool:
    """Whether all elements are the same; NaN is the same as NaN."""
    first = column[0]
    return bool(np.isnan(column).all() if first != first else (column == first).all())


def taken(column: NDArray[Any]) -> int:
    """Bytes of memory behind a column."""
    return column.nbytes if column.strides[0] else column.itemsize
