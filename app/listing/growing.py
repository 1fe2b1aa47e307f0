"""Growing: whole numbers in an array that grows at its end and shrinks at its front without being copied each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Growing"]

FIRST_ROOM = 1_024


class Growing:
    """`numbers` are those that are there; they may be changed in place."""

    def __init__(self) -> None:
        self._room = np.empty(FIRST_ROOM, np.int64)
        self._start = self._stop = 0

    def __len__(self) -> int:
        return self._stop - self._start

    @property
    def numbers(self) -> NDArray[np.int64]:
        """A view, good until the next `add`."""
        return self._room[self._start : self._stop]

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Put numbers at the end."""
        if self._stop + len(numbers) > len(self._room):
            there = self.numbers
            self._room = np.empty(2 * (len(there) + len(numbers)) + FIRST_ROOM, np.int64)
            self._room[: len(there)] = there
            self._start, self._stop = 0, len(there)
        self._room[self._stop : self._stop + len(numbers)] = numbers
        self._stop += len(numbers)

    def drop(self, count: int) -> None:
        """Forget the first numbers."""
        self._start += count

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget all but these."""
        there = self.numbers[which]
        self.clear()
        self.add(there)

    def clear(self) -> None:
        """Forget all."""
        self._start = self._stop = 0
