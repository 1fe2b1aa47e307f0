"""Coded: a column of texts that came with its dictionary, from another process or from a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray


class Coded(Sequence[str | None]):
    """Reads as the texts themselves. `codes` says which of the `values` a row has; the first of them is None."""

    __slots__ = ("codes", "values")

    def __init__(self, values: Sequence[str | None], codes: NDArray[np.uint16]) -> None:
        self.values = values
        self.codes = codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str | None]:
        return map(self.values.__getitem__, self.codes.tolist())

    @overload
    def __getitem__(self, at: int) -> str | None: ...
    @overload
    def __getitem__(self, at: slice) -> Coded: ...
    def __getitem__(self, at: int | slice) -> str | Coded | None:
        if not isinstance(at, slice):
            code: int = self.codes[at].item()
            return self.values[code]
        codes: NDArray[np.uint16] = self.codes[at]
        return self if len(codes) == len(self.codes) else self.part(codes)

    def part(self, codes: NDArray[np.uint16]) -> Coded:
        """Rows of these codes, with those values only that they have: a chunk learns no others."""
        ordered = np.sort(np.append(codes, 0))
        used = ordered[np.append(True, ordered[1:] != ordered[:-1])]
        return Coded([self.values[code] for code in used.tolist()], np.searchsorted(used, codes).astype(np.uint16))


class LeafColumn(Coded):
    """Some rows of a column of a leaf. A chunk that has the rows of that leaf from the first one on has its codes."""

    __slots__ = ()

    @overload
    def __getitem__(self, at: int) -> str | None: ...
    @overload
    def __getitem__(self, at: slice) -> LeafColumn: ...
    def __getitem__(self, at: int | slice) -> str | LeafColumn | None:
        return LeafColumn(self.values, self.codes[at]) if isinstance(at, slice) else super().__getitem__(at)
