"""Tape: where the brackets and commas of a JSON text stand, outside of its strings, and how deep.

Nothing is decoded for it: values are found by their places and read when somebody looks at them. It is made in slices
with NumPy, so that a thread that makes one lets the others run. What it says is of use only if the text is JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.payload import DEEPEST, NotJson

__all__ = ["CLOSE", "COMMA", "OPEN", "GivenUp", "Progress", "Tape", "no_progress"]

Progress = Callable[[float], None]
"""Told from time to time which part of the work is done, from 0 to 1; may raise GivenUp to stop it."""

Places = NDArray[np.uint32]
Levels = NDArray[np.uint8]

SLICE: Final = 256 * 1024
QUOTE, OPEN, CLOSE, COMMA = 1, 2, 3, 4
BACKSLASH: Final = ord("\\")
LONGEST: Final = 2**32 - 1

KINDS: Final = np.zeros(256, np.uint8)
"""What each byte is, outside of a string."""
for _signs, _kind in ((b'"', QUOTE), (b"[{", OPEN), (b"]}", CLOSE), (b",", COMMA)):
    KINDS[list(_signs)] = _kind


class GivenUp(Exception):
    """The work was stopped because nobody waits for it any more."""


def no_progress(done: float) -> None:
    """For who does not want to know."""


class Tape:
    """Brackets and commas in their order: `at` which byte each is, its `kind`, and its `level`.

    A bracket, its partner and the commas between its members share a level, 1 for the outermost. So among those of one
    level (`of_level`) the commas between two partners are exactly those between their members. Raises NotJson when
    brackets are nested deeper than `DEEPEST` or, unless it is only the beginning of a text, are not closed.
    """

    def __init__(self, text: bytes, progress: Progress = no_progress, *, whole: bool = True) -> None:
        if len(text) > LONGEST:
            raise NotJson("longer than 4 GiB")
        self.at, self.kind, self.level = read(np.frombuffer(text, np.uint8), progress, whole=whole)
        order = np.argsort(self.level, kind="stable")
        self._by_level = self.at[order]
        self._starts = np.searchsorted(self.level[order], np.arange(DEEPEST + 3)).tolist()

    def of_level(self, level: int) -> Places:
        """Where the brackets and commas of a level stand."""
        return self._by_level[self._starts[level] : self._starts[level + 1]]


def read(text: NDArray[np.uint8], progress: Progress, *, whole: bool) -> tuple[Places, Levels, Levels]:
    """Place, kind and level of each bracket and comma."""
    parts, state = [], State()
    for start in range(0, len(text), SLICE):
        progress(start / len(text))
        parts.append(state.read(text[start : start + SLICE], start))
    if whole and (state.depth or state.in_string):
        raise NotJson("brackets or quotes are not closed")
    if not parts:
        return np.empty(0, np.uint32), np.empty(0, np.uint8), np.empty(0, np.uint8)
    at, kind, level = (np.concatenate(column) for column in zip(*parts, strict=True))
    return at, kind, level


class State:
    """What one slice of a text hands on to the next."""

    def __init__(self) -> None:
        self.in_string = False
        self.escaping = False
        self.depth = 0

    def read(self, part: NDArray[np.uint8], start: int) -> tuple[Places, Levels, Levels]:
        """The brackets and commas of the next slice, which begins at `start`."""
        kinds = KINDS[part]
        kinds[self._escaped(part)] = 0
        at = np.flatnonzero(kinds)
        kind = kinds[at]
        is_quote = kind == QUOTE
        inside = np.logical_xor(np.bitwise_and(np.cumsum(is_quote, dtype=np.int32), 1), self.in_string)
        self.in_string = bool(inside[-1]) if len(inside) else self.in_string
        outside = ~(is_quote | inside)
        at, kind = at[outside], kind[outside]
        return (at + start).astype(np.uint32), kind, self._levels(kind)

    def _escaped(self, part: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Which bytes stand after an odd number of backslashes."""
        slashes = np.zeros(len(part) + 2, np.int8)
        slashes[1:-1] = part == BACKSLASH
        first = [0] if self.escaping else []
        slashes[1] &= not self.escaping
        ends = np.flatnonzero(np.diff(slashes))
        starts, stops = ends[::2], ends[1::2]
        odd = stops[(stops - starts) % 2 == 1]
        self.escaping = bool(len(odd)) and int(odd[-1]) == len(part)
        return np.append(np.asarray(first, np.intp), odd[: len(odd) - self.escaping])

    def _levels(self, kind: NDArray[np.uint8]) -> Levels:
        opened, closed = kind == OPEN, kind == CLOSE
        depths = np.cumsum(opened.astype(np.int8) - closed, dtype=np.int32) + self.depth
        if len(depths):
            self.depth = int(depths[-1])
            if depths.min() < 0:
                raise NotJson("a bracket closes nothing")
            if depths.max() > DEEPEST:
                raise NotJson(f"nested deeper than {DEEPEST} levels")
        levels: Levels = (depths + closed).astype(np.uint8)
        return levels
