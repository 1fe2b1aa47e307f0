"""Arena: the byte strings of many rows laid end to end, with where each one begins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Run(NamedTuple):
    """Byte strings on their way into arenas: all of them joined, and the `n + 1` bounds between them."""

    data: bytes
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, data: bytes, sizes: NDArray[np.int64]) -> Run:
        """The run of byte strings of these sizes, joined in `data`."""
        bounds = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=bounds[1:])
        return cls(data, bounds)


class Arena:
    """Grows at its end only. A reader in another thread sees the rows that were complete when it looked.

    `data` is never handed out as a buffer, which would forbid it to grow: readers take slices.
    """

    __slots__ = ("at", "data")

    def __init__(self, capacity: int) -> None:
        self.data = bytearray()
        self.at: NDArray[np.uint32] = np.zeros(capacity + 1, np.uint32)
        """Row `r` lies in `data[at[r]:at[r + 1]]`."""

    def extend(self, row: int, run: Run, start: int, stop: int) -> None:
        """Put strings `start` to `stop` of a run at rows `row` and following."""
        first = run.bounds[start]
        self.at[row + 1 : row + 1 + stop - start] = run.bounds[start + 1 : stop + 1] + (len(self.data) - first)
        self.data += memoryview(run.data)[first : run.bounds[stop]]

    def __getitem__(self, row: int) -> bytes:
        return bytes(self.data[int(self.at[row]) : int(self.at[row + 1])])

    def bounds(self, start: int, stop: int) -> tuple[int, int]:
        """Where rows `start` to `stop` begin and end in `data`."""
        return int(self.at[start]), int(self.at[stop])

    def trim(self, rows: int) -> None:
        """Give back the room for rows that will not come."""
        self.at = self.at[: rows + 1].copy()
