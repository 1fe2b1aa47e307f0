"""Senses: which rows of a chunk tell of steps that can be undone, and which of failures and of what was taken back."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.phases import table
from app.store.chunk import Chunk
from app.store.codes import Codes
from app.traces.wording import wording
from eventscope.step import Phase

MOST_TYPES: Final = 10_000
SERVICES: Final = 62
"""Services are told apart by so many bits: two may share one, which hides a saga of these two only."""

STEP, TELLS = 1, 2
GIVEN_UP: Final = table({Phase.DEAD_LETTERED, Phase.DROPPED})
Ints = NDArray[np.int64]


class Senses:
    """What the names of types say, looked up for whole columns at once."""

    def __init__(self) -> None:
        self._types = Codes("type", MOST_TYPES)
        self._producers = Codes("producer", MOST_TYPES)
        self._senses = np.zeros(MOST_TYPES + 2, np.uint8)
        self._known = 0

    def services(self, chunk: Chunk, rows: Ints) -> Ints:
        """A bit for the service that took a step in a row, 0 for rows that tell of none."""
        took = (self._of(chunk, rows) & STEP) > 0
        if not took.any():
            return np.zeros(len(rows), np.int64)
        bits: Ints = np.where(took, 1 << (self._producers.of(chunk, rows) % SERVICES), 0)
        return bits

    def tells(self, chunk: Chunk, rows: Ints) -> NDArray[np.bool_]:
        """Whether a row tells that something failed or was taken back."""
        phase = chunk.phase[rows]
        published = (self._of(chunk, rows) & TELLS > 0) & (phase == Phase.PUBLISHED)
        tells: NDArray[np.bool_] = published | GIVEN_UP[phase]
        return tells

    def _of(self, chunk: Chunk, rows: Ints) -> NDArray[np.uint8]:
        codes = self._types.of(chunk, rows)
        for code in range(self._known, len(self._types.texts)):
            self._senses[code] = sense(self._types.texts[code])
        self._known = len(self._types.texts)
        return self._senses[codes]


def sense(type_: str | None) -> int:
    """What a name says, as bits."""
    words = wording(type_)
    step = STEP if words.reversible and not words.command else 0
    return step | (TELLS if words.failure or (words.undoes is not None and not words.answers) else 0)
