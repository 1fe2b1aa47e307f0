"""Marks: what is noted about rows: marks, comments, rows to ignore, the row that times count from, what triggers met.

Rows are known by their numbers, which are never given out twice, so a note outlives everything but its row. Cleared
rows that are brought back have their notes again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_COMMENT", "Mark", "Marks", "Reference", "TooManyMarks"]

MOST_ROWS: Final = 10_000
"""Of each kind: marked and commented rows are never evicted, so they must stay few beside all the others."""

LONGEST_COMMENT: Final = 1_000
"""Characters."""

Rows = NDArray[np.int64]


class Mark(StrEnum):
    """The kinds of notes, as filters name them. Those of triggers are made by the program."""

    MARKED = "marked"
    COMMENTED = "commented"
    IGNORED = "ignored"
    TRIGGER = "trigger"


class Reference(NamedTuple):
    """The row that times count from, and when it happened (ns since the epoch)."""

    seq: int
    at: int


class TooManyMarks(ValueError):
    """There is no room for a further note; the message is a sentence for the user."""


class Marks:
    """Notes by row. One thread writes; others may ask for `rows` at any time. `version` grows with each change."""

    def __init__(self) -> None:
        self.version = 0
        self.reference: Reference | None = None
        self._comments: dict[int, str] = {}
        self._fired: dict[int, str] = {}
        self._spans: tuple[tuple[int, int], ...] = ()
        self._rows = {kind: np.empty(0, np.int64) for kind in Mark}

    def rows(self, kind: Mark) -> Rows:
        """The rows with a note of this kind, ascending; the array never changes."""
        return self._rows[kind]

    @property
    def spared(self) -> Rows:
        """The rows that must stay in the store, ascending."""
        counted = [] if self.reference is None else [self.reference.seq]
        noted = (self._rows[Mark.MARKED], self._rows[Mark.COMMENTED], np.array(counted, np.int64))
        return with_spans(np.unique(np.concatenate(noted)), self._spans)

    def has(self, seq: int, kind: Mark) -> bool:
        """Whether a row has a note of this kind."""
        return bool(among(np.array([seq]), self._rows[kind])[0])

    def chosen(self, seqs: Sequence[int], kind: Mark) -> set[int]:
        """Those of these rows that have a note of this kind."""
        rows = self._rows[kind]
        if not len(rows) or not seqs:
            return set()
        wanted = np.array(seqs, np.int64)
        return set(wanted[among(wanted, rows)].tolist())

    def comment(self, seq: int) -> str:
        """The comment on a row, "" without one."""
        return self._comments.get(seq, "")

    def told(self, seq: int) -> str:
        """What is noted about a row in words, "" when nothing is."""
        comment = self.comment(seq)
        notes = [kind.value for kind in (Mark.MARKED, Mark.IGNORED) if self.has(seq, kind)]
        told = [f"trigger: {fired}"] if (fired := self.fired(seq)) else []
        return ", ".join([*notes, *told, *([f"comment: {comment}"] if comment else [])])

    def fired(self, seq: int) -> str:
        """The names of the triggers that met a row, "" when none did or that is long ago."""
        return self._fired.get(seq, "")

    def toggle(self, seq: int, kind: Mark) -> bool:
        """Mark or ignore a row, or take that back; whether it has the note now. Raises TooManyMarks."""
        return self._put(seq, kind, not self.has(seq, kind))

    def set_comment(self, seq: int, text: str) -> None:
        """Comment on a row; no text takes the comment away. Raises TooManyMarks."""
        text = " ".join(text.split())[:LONGEST_COMMENT]
        self._put(seq, Mark.COMMENTED, bool(text))
        self._comments[seq] = text
        if not text:
            del self._comments[seq]

    def fire(self, seqs: Rows, name: str, *, seen: bool = False) -> None:
        """Note about rows, ascending, that a trigger met them; the oldest of too many notes are forgotten.

        `seen` says that filters may have looked at these rows already, and have to do so again.
        """
        for seq in seqs.tolist():
            self._fired[seq] = f"{self._fired[seq]}, {name}" if seq in self._fired else name
        known = self._rows[Mark.TRIGGER]
        before = int(np.searchsorted(known, seqs[0]))
        rows = np.concatenate([known[:before], np.union1d(known[before:], seqs)])
        if len(rows) > MOST_ROWS:
            rows, seen = rows[-MOST_ROWS // 2 :], True
            self._fired = {seq: self._fired[seq] for seq in rows.tolist()}
        self._rows[Mark.TRIGGER] = rows
        self.version += seen

    def keep(self, spans: Sequence[tuple[int, int]]) -> None:
        """Spare the rows of these spans, each from its first to before its end; they ascend and lie apart."""
        self._spans = tuple(spans)

    def refer(self, reference: Reference | None) -> None:
        """Count times from a row, or from none."""
        self.reference = reference
        self.version += 1

    def prune(self, kept: Callable[[Rows], NDArray[np.bool_]]) -> None:
        """Forget the notes of rows that are gone; `kept` tells which of rows, ascending, are not."""
        for kind, rows in self._rows.items():
            self._rows[kind] = rows[kept(rows)]
        self._comments = {seq: self._comments[seq] for seq in self._rows[Mark.COMMENTED].tolist()}
        self._fired = {seq: self._fired[seq] for seq in self._rows[Mark.TRIGGER].tolist()}
        if self.reference is not None and not kept(np.array([self.reference.seq], np.int64))[0]:
            self.reference = None
        self.version += 1

    def _put(self, seq: int, kind: Mark, wanted: bool) -> bool:
        rows, has = self._rows[kind], self.has(seq, kind)
        if wanted and not has and len(rows) >= MOST_ROWS:
            raise TooManyMarks(f"{MOST_ROWS:,} rows are {kind} already, and more cannot be; take some back first.")
        place = int(np.searchsorted(rows, seq))
        if wanted and not has:
            self._rows[kind] = np.insert(rows, place, seq)
        elif has and not wanted:
            self._rows[kind] = np.delete(rows, place)
        self.version += 1
        return wanted


def with_spans(rows: Rows, spans: Sequence[tuple[int, int]]) -> Rows:
    """Rows and those of spans, all ascending."""
    if not spans:
        return rows
    firsts, stops = np.array(spans, np.int64).T
    places = np.searchsorted(firsts, rows, side="right") - 1
    outside = rows[(places < 0) | (rows >= stops[places])]
    inside = [np.arange(first, stop, dtype=np.int64) for first, stop in spans]
    everything = np.concatenate([outside, *inside])
    return np.sort(everything, kind="stable") if len(outside) else everything


def among(seqs: Rows, chosen: Rows) -> NDArray[np.bool_]:
    """Which of `seqs`, in any order, are among the `chosen` ones, which ascend."""
    if not len(chosen):
        return np.zeros(len(seqs), np.bool_)
    places = np.searchsorted(chosen, seqs)
    places[places == len(chosen)] = 0
    found: NDArray[np.bool_] = chosen[places] == seqs
    return found
