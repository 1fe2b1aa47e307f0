"""Chosen rows: those of a span that are asked for, each tested by its bytes in an arena."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from app.filter.expression import Mask, Span
from app.store.arena import Arena

FEW: Final = 8
"""When fewer than one in so many rows are asked for, only these are read."""


def chosen(arena: Arena, span: Span, among: Mask | None, passes: Callable[[bytes], bool]) -> Mask:
    """The rows that are asked for and whose bytes in an arena pass."""
    rows = np.arange(span.rows) if among is None else np.flatnonzero(among)
    mask = np.zeros(span.rows, np.bool_)
    if len(rows) * FEW < span.rows:
        mask[rows] = [passes(arena[span.start + row]) for row in rows.tolist()]
    else:
        strings = arena.strings(span.start, span.stop)
        mask[rows] = [passes(strings[row]) for row in rows.tolist()]
    return mask
