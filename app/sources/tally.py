"""Tally: how many rows of each category and phase have been seen, for the chips above the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk

MOST_CATEGORIES = 1_000
"""More than a screen shows; a hostile source must not grow the tally without end."""


class Tally:
    """Counts since the start, of everything that was stored, evicted rows included."""

    def __init__(self) -> None:
        self.categories: Counter[str] = Counter()
        self.phases: Counter[int] = Counter()

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Count rows `start` to `stop` of a chunk."""
        names = chunk.dictionaries["category"].values
        for code, count in counted(chunk.category[start:stop]):
            name = names[code]
            if name is not None and (name in self.categories or len(self.categories) < MOST_CATEGORIES):
                self.categories[name] += count
        for phase, count in counted(chunk.phase[start:stop]):
            self.phases[phase] += count


def counted(numbers: NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Each different number of a column of small ones, and how often it stands there."""
    counts = np.bincount(numbers)
    found = np.flatnonzero(counts)
    return zip(found.tolist(), counts[found].tolist(), strict=True)
