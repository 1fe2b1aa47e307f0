"""Chosen rows: those of a span that are asked for, each tested by its bytes in an arena."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from app.filter.expression import Mask, Span
from app.store.arena import Arena
from app.store.courtesy import WINDOW

FEW: Final = 8
"""When fewer than one in so many rows are asked for, only these are read."""

AT_ONCE: Final = 512
"""Rows tested between two pauses for the window."""


def one(arena: Arena, start: int, row: int) -> bytes:
    """A row counted from `start`."""
    return arena[start + row]


def chosen(arena: Arena, span: Span, among: Mask | None, passes: Callable[[bytes], bool]) -> Mask:
    """The rows that are asked for and whose bytes in an arena pass."""
    rows = np.arange(span.rows) if among is None else np.flatnonzero(among)
    mask = np.zeros(span.rows, np.bool_)
    fetch: Callable[[int], bytes] = partial(one, arena, span.start)
    if len(rows) * FEW >= span.rows:
        fetch = arena.strings(span.start, span.stop).__getitem__
    for first in range(0, len(rows), AT_ONCE):
        WINDOW.give_way()
        some = rows[first : first + AT_ONCE]
        mask[some] = [passes(fetch(row)) for row in some.tolist()]
    return mask
