"""Replays: what another monitor told of rows that are shown again, packed; most rows have nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.marks import Mark, Marks, Reference, TooManyMarks
from app.store.cleaning import plain_text, whole_number
from app.store.coded import Coded
from eventscope.connector import Replay
from eventscope.step import UNKNOWN

__all__ = ["REFERENCE", "Replays", "pack_replays", "put_notes"]

log = logging.getLogger(__name__)

REFERENCE: Final = "reference"
"""The note of the row that times count from; the others are kinds of marks."""


NOTHING: Final = Replay()


class Replays(NamedTuple):
    """By row: the source (None where the replaying one has seen it itself), and when (UNKNOWN likewise).

    `notes` has the rows about which something was noted.
    """

    sources: Sequence[str | None]
    observed: NDArray[np.int64]
    notes: dict[int, Replay]

    def observed_or(self, start: int, stop: int, now: int) -> NDArray[np.int64]:
        """When rows `start` to `stop` were observed: those that nobody had seen before, `now`."""
        observed = self.observed[start:stop]
        return np.where(observed == UNKNOWN, now, observed)

    def sources_or(self, start: int, stop: int, name: str) -> Sequence[str | None]:
        """Whose rows these are: those that nobody had seen before, that of `name`."""
        part = self.sources[start:stop]
        return part if isinstance(part, Coded) and part.codes.all() else [source or name for source in part]

    def of(self, row: int) -> Replay | None:
        """What a record has of it."""
        noted = self.notes.get(row, NOTHING)
        said = noted._replace(source=self.sources[row], observed_at=self.observed[row].item())
        return said if said != NOTHING else None


def pack_replays(column: Sequence[Any]) -> Replays | None:
    """Pack such a column; None when it says nothing. What is no Replay says nothing either."""
    if not any(column):
        return None
    said = [value if isinstance(value, Replay) else NOTHING for value in column]
    sources = [plain_text(value.source) for value in said]
    observed = np.fromiter((whole_number(value.observed_at) for value in said), np.int64, len(said))
    notes = {row: noted(value) for row, value in enumerate(said) if value.notes or value.comment}
    return Replays(sources, observed, notes)


def noted(said: Replay) -> Replay:
    """Only what was noted, as text."""
    return Replay(notes=tuple(plain_text(note) or "" for note in said.notes), comment=plain_text(said.comment) or "")


def put_notes(marks: Marks, first: int, replays: Replays, occurred: NDArray[np.int64]) -> None:
    """Note about rows from number `first` on what was noted about them before."""
    for row, said in replays.notes.items():
        try:
            put_note(marks, first + row, said)
            if REFERENCE in said.notes:
                known = occurred[row] if occurred[row] != UNKNOWN else replays.observed[row]
                marks.refer(Reference(first + row, int(known)))
        except TooManyMarks as error:
            log.warning("a note of a capture was left out: %s", error)


def put_note(marks: Marks, seq: int, said: Replay) -> None:
    """Note about a row what was noted about it before; raises TooManyMarks."""
    for kind in (Mark.MARKED, Mark.IGNORED):
        if kind in said.notes:
            marks.toggle(seq, kind)
    if said.comment:
        marks.set_comment(seq, said.comment)
