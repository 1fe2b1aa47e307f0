"""Arena: the byte strings of many rows laid end to end, with where each one begins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.reserve import Reserve

END: Final = b"\n"
"""Follows each byte string. No JSON text goes on over it, so payloads can be decoded as lines, all in one call."""

READ_BYTES: Final = 1024 * 1024
"""What a reader of many rows is given at a time."""


class Run(NamedTuple):
    """Byte strings, each with its END, joined; and the `n + 1` bounds between them."""

    data: bytes | memoryview
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, data: bytes, sizes: NDArray[np.int64]) -> Run:
        """The run of byte strings of these sizes, joined in `data`, where END follows each."""
        bounds = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes + len(END), out=bounds[1:])
        return cls(data, bounds)

    def string(self, row: int) -> bytes:
        """One of the byte strings."""
        return bytes(self.data[self.bounds[row] : self.bounds[row + 1] - len(END)])

    def strings(self) -> list[bytes]:
        """All byte strings."""
        data, end = bytes(self.data), len(END)
        return [data[first : last - end] for first, last in pairwise(self.bounds.tolist())]

    def parts(self, size: int) -> Iterator[tuple[int, Run]]:
        """The run in parts of about that many bytes, none copied, each with the row that it begins with."""
        data, row, last = memoryview(self.data), 0, len(self.bounds) - 1
        while row < last:
            begin = int(self.bounds[row])
            after = max(row + 1, int(np.searchsorted(self.bounds, begin + size, side="right")) - 1)
            bounds = self.bounds[row : after + 1] - begin
            yield row, Run(data[begin : begin + int(bounds[-1])], bounds)
            row = after


class Arena(ABC):
    """Byte strings to be read. Row `r` lies from `at[r]` to `at[r + 1]`, its END included, in whatever form."""

    used: int
    """Bytes of all strings, as they are read."""

    is_lost = False
    """Whether the strings were in a file that can not be read any more; then they look empty."""

    @property
    @abstractmethod
    def at(self) -> NDArray[np.uint32]:
        """Where each row begins, and the last one ends."""

    @property
    @abstractmethod
    def memory(self) -> int:
        """Bytes that the strings take, in the form in which they are kept."""

    @abstractmethod
    def __getitem__(self, row: int) -> bytes:
        """The string of a row."""

    @abstractmethod
    def runs(self, start: int, stop: int) -> Iterator[tuple[int, Run]]:
        """Rows `start` to `stop` as they lie in memory: runs that are not to be kept, each with its first row."""

    def run(self, start: int, stop: int) -> Run:
        """Rows `start` to `stop` in one piece, which is not to be kept."""
        runs = [run for _, run in self.runs(start, stop)]
        return runs[0] if len(runs) == 1 else Run(b"".join(run.data for run in runs), bounds_of(self.at, start, stop))

    def strings(self, start: int, stop: int) -> list[bytes]:
        """The strings of rows `start` to `stop`."""
        return [string for _, run in self.runs(start, stop) for string in run.strings()]


class OpenArena(Arena):
    """Grows at its end only. A reader in another thread sees the rows that were complete when it looked."""

    def __init__(self, rows: int, size: int) -> None:
        self._reserve = Reserve(size)
        self.used = 0
        self._at = Reserve((rows + 1) * 4).bytes.view(np.uint32)

    @property
    def at(self) -> NDArray[np.uint32]:
        """Where each row begins, and the last complete one ends."""
        return self._at

    def extend(self, row: int, run: Run, start: int, stop: int) -> None:
        """Put strings `start` to `stop` of a run at rows `row` and following."""
        first, last = int(run.bounds[start]), int(run.bounds[stop])
        end = self.used + last - first
        if end > len(self.data):
            self._enlarge(end)
        self.data[self.used : end] = np.frombuffer(run.data, np.uint8)[first:last]
        self._at[row + 1 : row + 1 + stop - start] = run.bounds[start + 1 : stop + 1] + (self.used - first)
        self.used = end

    @property
    def data(self) -> NDArray[np.uint8]:
        """All bytes; those from `used` on are not in use."""
        return self._reserve.bytes

    @property
    def memory(self) -> int:
        """Bytes that the strings take, in the form in which they are kept."""
        return self.used

    def __getitem__(self, row: int) -> bytes:
        return self.data[self.at[row] : self.at[row + 1] - len(END)].tobytes()

    def runs(self, start: int, stop: int) -> Iterator[tuple[int, Run]]:
        """The rows, so many at a time that to copy them takes well under a millisecond."""
        for first, run in self.run(start, stop).parts(READ_BYTES):
            yield start + first, run

    def run(self, start: int, stop: int) -> Run:
        """Rows `start` to `stop` where they lie."""
        bounds, begin = bounds_of(self.at, start, stop), int(self.at[start])
        return Run(self.data[begin : begin + int(bounds[-1])].data, bounds)

    def seal(self) -> None:
        """Give back the room for what will not come."""
        self._reserve.give_back(self.used)

    def _enlarge(self, size: int) -> None:
        larger = Reserve(size)
        larger.bytes[: self.used] = self.data[: self.used]
        self._reserve = larger


def bounds_of(at: NDArray[np.uint32], start: int, stop: int) -> NDArray[np.int64]:
    """The bounds of rows `start` to `stop`, counted from the first of them."""
    return at[start : stop + 1].astype(np.int64) - int(at[start])
