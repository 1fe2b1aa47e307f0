"""Coded: a column of texts that came with its dictionary, from another process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray


class Coded(Sequence[str | None]):
    """Reads as the texts themselves. `codes` says which of the `values` a row has; the first of them is None."""

    __slots__ = ("codes", "values")

    def __init__(self, values: list[str | None], codes: NDArray[np.uint16]) -> None:
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
        return self if len(codes) == len(self.codes) else self._part(codes)

    def _part(self, codes: NDArray[np.uint16]) -> Coded:
        """With those values only that these rows have: a chunk learns no others."""
        used, places = np.unique(np.append(codes, 0), return_inverse=True)
        return Coded([self.values[code] for code in used], places[:-1].astype(np.uint16))
