"""Worth: what of a chunk should outlive it, and for what reason."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk, Rows
from app.store.codes import ABSENT
from app.store.latest import Latest
from app.store.ledger import Groups
from connectors.gap import GAP_TYPE
from eventscope.step import Phase


class Worth(IntEnum):
    """The reasons to keep a row, the least first."""

    NONE = 0
    QUOTA = 1
    """Its source and category have less than their share of the memory."""
    STORY = 2
    """It is of a trace that is still open, or in which something failed."""
    FAILURE = 3
    """It tells of a failure, a retry, a dead letter, a drop, or of a gap."""
    LATEST = 4
    """It is the latest of its type and source."""
    MARK = 5
    """The developer marked it."""


FAILING: Final = np.zeros(256, np.bool_)
FAILING[[Phase.FAILED, Phase.RETRIED, Phase.DEAD_LETTERED, Phase.DROPPED]] = True


class Judge:
    """Knows the worth of rows as of one moment. `quiet` says which groups have less than their share."""

    def __init__(self, marked: Rows, latest: Latest, open_traces: Sequence[str], quiet: NDArray[np.bool_]) -> None:
        self.marked = marked
        self._latest = latest
        self._open = open_traces
        self._quiet = quiet

    def worth(self, chunk: Chunk, groups: Groups) -> NDArray[np.uint8]:
        """The worth of each row of a chunk, whose groups are these."""
        failing = FAILING[chunk.phase[: chunk.rows]] | is_gap(chunk)
        worth = np.where(self._quiet[groups], np.uint8(Worth.QUOTA), np.uint8(Worth.NONE))
        worth[self._of_stories(chunk, failing)] = Worth.STORY
        worth[failing] = Worth.FAILURE
        worth[self._latest.among(chunk)] = Worth.LATEST
        worth[chunk.rows_of(self.marked)] = Worth.MARK
        return worth

    def _of_stories(self, chunk: Chunk, failing: NDArray[np.bool_]) -> NDArray[np.bool_]:
        traces = chunk.correlation[: chunk.rows]
        dictionary = chunk.dictionaries["correlation"]
        told = np.zeros(len(dictionary.values), np.bool_)
        told[[code for trace in self._open if (code := dictionary.code(trace)) is not None]] = True
        told[traces[failing]] = True
        told[ABSENT] = False
        return told[traces]


def is_gap(chunk: Chunk) -> NDArray[np.bool_]:
    """Which rows stand for events that a source missed."""
    code = chunk.dictionaries["type"].code(GAP_TYPE)
    gaps: NDArray[np.bool_] = chunk.type[: chunk.rows] == (-1 if code is None else code)
    return gaps
