"""Arena: the byte strings of many rows laid end to end, with where each one begins."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.reserve import Reserve


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

    def string(self, row: int) -> bytes:
        """One of the byte strings."""
        return self.data[self.bounds[row] : self.bounds[row + 1]]


class Arena:
    """Grows at its end only. A reader in another thread sees the rows that were complete when it looked."""

    def __init__(self, rows: int, size: int) -> None:
        self._reserve = Reserve(size)
        self.used = 0
        self.at = Reserve((rows + 1) * 4).bytes.view(np.uint32)
        """Row `r` lies in `data[at[r]:at[r + 1]]`."""

    def extend(self, row: int, run: Run, start: int, stop: int) -> None:
        """Put strings `start` to `stop` of a run at rows `row` and following."""
        first, last = int(run.bounds[start]), int(run.bounds[stop])
        end = self.used + last - first
        if end > len(self.data):
            self._enlarge(end)
        self.data[self.used : end] = np.frombuffer(run.data, np.uint8)[first:last]
        self.at[row + 1 : row + 1 + stop - start] = run.bounds[start + 1 : stop + 1] + (self.used - first)
        self.used = end

    @property
    def data(self) -> NDArray[np.uint8]:
        """All bytes; those from `used` on are not in use."""
        return self._reserve.bytes

    def __getitem__(self, row: int) -> bytes:
        return self.data[self.at[row] : self.at[row + 1]].tobytes()

    def strings(self, start: int, stop: int) -> list[bytes]:
        """The strings of rows `start` to `stop`."""
        begin, end = self.bounds(start, stop)
        data = self.data[begin:end].tobytes()
        bounds = (self.at[start : stop + 1] - self.at[start]).tolist()
        return [data[first:last] for first, last in pairwise(bounds)]

    def bounds(self, start: int, stop: int) -> tuple[int, int]:
        """Where rows `start` to `stop` begin and end in `data`."""
        return int(self.at[start]), int(self.at[stop])

    def seal(self) -> None:
        """Give back the room for what will not come."""
        self._reserve.give_back(self.used)

    def _enlarge(self, size: int) -> None:
        larger = Reserve(size)
        larger.bytes[: self.used] = self.data[: self.used]
        self._reserve = larger
