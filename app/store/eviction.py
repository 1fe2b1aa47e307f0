"""Eviction: the oldest chunk makes room for what comes, but what is worth it outlives the chunk.

A chunk that a capture has is not evicted but spilled: it is read from there, and nothing of it is lost.

The chunks of survivors are the estate. It may take three quarters of the memory; if it is larger it is pruned to half,
what is worth least first and, of equal worth, from those sources and categories that have most. All is done in small
steps between appends, so that no single append takes long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import numpy as np

from app.store.chunk import MOST_ROWS, Chunk, Rows
from app.store.fairness import newest_within, water_level
from app.store.latest import Latest
from app.store.ledger import MOST_GROUPS
from app.store.shelf import Shelf
from app.store.sieve import LOOK, WAIT, Holding, Verdict, Work, sieved
from app.store.survivors import Survivors
from app.store.worth import Judge, Worth

if TYPE_CHECKING:
    from app.store.spill import Spill

ESTATE: Final = 3 / 4
PRUNED: Final = 1 / 2
"""Parts of the memory for rows. With less of it many quiet sources could not all have their share; the rest is for the
newest rows, whatever they are.
"""

ROOM: Final = {Worth.MARK: 1.0, Worth.LATEST: 0.5, Worth.FAILURE: 0.5, Worth.STORY: 0.5, Worth.QUOTA: 1.0}
"""The part of a pruned estate that rows of this worth and more may take together."""

SHARED: Final = 7 / 8
"""The part of the memory that is shared out among sources and categories; the rest is what eviction frees."""

MOST_JOINED_BYTES: Final = 8 * 1024 * 1024
"""Payloads and texts of a chunk of survivors to which others are joined: it is copied in one piece of memory."""

PACES: Final = (1, 1, 2, 4)
"""Rows that may be copied for each one that is appended, by the quarters of the slack that are used up."""

MOST_AT_ONCE: Final = 2_048
"""Rows copied by one append: some three milliseconds of work."""

A_MOMENT_S: Final = 0.000_2


class Eviction:
    """Works on a shelf. It begins when less than `slack` of the budget is left, so as to be done in time.

    `marked` and `open_traces` are asked anew for each chunk.
    """

    def __init__(self, shelf: Shelf, budget: int, slack: int, marked: Callable[[], Rows], latest: Latest) -> None:
        self.open_traces: Callable[[int], Sequence[str]] = nothing_open
        self.spill: Spill | None = None
        self.homes: Sequence[Spill] = ()
        """Files from which rows came that they have anyway."""
        self._shelf = shelf
        self._budget = budget
        self._slack = slack
        self._credit = 0
        self._marked = marked
        self._latest = latest
        self._estate: WeakKeyDictionary[Chunk, Holding] = WeakKeyDictionary()
        self._to_prune: list[Chunk] = []
        self._job: Work | None = None

    def advance(self, rows: int) -> None:
        """Go on a little, now that so many rows were appended."""
        self._spill(self._slack)
        used = (self._shelf.bytes - self._budget + self._slack) * len(PACES) // max(self._slack, 1)
        wanted = rows * PACES[min(max(used, 0), len(PACES) - 1)]
        self._credit = min(self._credit, 0) + min(wanted, MOST_AT_ONCE)
        while self._credit > 0 and (self._job or self._begin()):
            cost = self._step()
            self._credit = 0 if cost == WAIT else self._credit - cost

    def press(self) -> None:
        """Make room at once: the budget is spent."""
        shelf = self._shelf
        self._spill(0)
        while shelf.bytes > self._budget and (cleared := next(filter(is_at_hand, shelf.aside), None)):
            shelf.drop_aside(cleared)
        jobs = 2 * len(shelf.chunks)
        while shelf.bytes > self._budget and (oldest := next(filter(is_at_hand, shelf.chunks[:-1]), None)):
            if self._job is None:
                jobs -= 1
                if jobs < 0 or not self._begin():
                    shelf.replace([oldest], None)
                    continue
            if self._step() == WAIT:
                time.sleep(A_MOMENT_S)

    def cancel(self) -> None:
        """Give up what was begun."""
        if self._job:
            self._job.close()
        self._end_job()
        self._to_prune = []

    def estate(self) -> list[Chunk]:
        """The chunks of survivors."""
        return [chunk for chunk in self._shelf.chunks if chunk in self._estate]

    def whole_from(self, end: int) -> int:
        """The first row of the chunks that are no survivors; `end` when there is none."""
        chunks = self._shelf.chunks
        gaps = (place for place, chunk in enumerate(chunks) if chunk in self._estate or isinstance(chunk, Survivors))
        last = max(gaps, default=-1)
        return chunks[last + 1].first_seq if last + 1 < len(chunks) else end

    def _spill(self, slack: int) -> None:
        """Have the oldest chunks that a file has read from there, until no more than `slack` is missing."""
        shelf, files = self._shelf, [*self.homes, *([self.spill] if self.spill else [])]
        if not files or self._job is not None or shelf.bytes + slack <= self._budget:
            return
        for chunk in filter(is_at_hand, (*shelf.aside, *shelf.chunks[:-1])):
            shelf.ledger.share(chunk)  # counted while its rows are at hand
            if any(file.take(chunk) for file in files):
                shelf.weigh(chunk)
                if shelf.bytes + slack <= self._budget:
                    return

    def _step(self) -> int:
        assert self._job is not None
        cost = next(self._job, None)
        if cost is None:
            self._end_job()
            return 1
        return cost

    def _end_job(self) -> None:
        self._job = self._shelf.coming = None

    def _begin(self) -> bool:
        """Begin with the next chunk, if there is need. What was cleared goes first, when the budget is spent."""
        shelf, estate = self._shelf, self.estate()
        taken = sum(chunk.bytes for chunk in estate)
        if taken > ESTATE * self._budget and not self._to_prune:
            self._to_prune = estate
        self._to_prune = [chunk for chunk in self._to_prune if chunk in estate]
        if self._to_prune and taken > PRUNED * self._budget:
            self._job = self._prune(self._to_prune.pop(0), PRUNED * self._budget / taken)
            return True
        chunk = next((chunk for chunk in shelf.chunks[:-1] if chunk.at_hand and chunk not in self._estate), None)
        if chunk is None or shelf.aside or shelf.bytes + self._slack <= self._budget:
            return False
        self._job = self._evict(chunk)
        return True

    def _evict(self, chunk: Chunk) -> Work:
        judge = self._judge(chunk)
        yield LOOK
        verdict = self._verdict(judge, chunk)
        yield LOOK
        yield from self._join(judge, verdict)

    def _prune(self, chunk: Chunk, part: float) -> Work:
        judge = self._judge(chunk)
        yield LOOK
        verdict = self._verdict(judge, chunk)
        yield LOOK
        self._cut(verdict, part)
        yield LOOK
        yield from self._join(judge, verdict)

    def _judge(self, chunk: Chunk) -> Judge:
        """Who knows the worth of rows now."""
        shelf = self._shelf
        self._latest.learn(shelf.chunks[-1])
        sizes = shelf.ledger.sizes(shelf.chunks)
        quiet = sizes <= water_level(sizes, SHARED * float(sizes.sum()))
        return Judge(self._marked(), self._latest, self.open_traces(chunk.next_seq), quiet)

    def _verdict(self, judge: Judge, chunk: Chunk) -> Verdict:
        groups = self._shelf.ledger.groups(chunk, 0, chunk.rows)
        worth = judge.worth(chunk, groups)
        return Verdict(chunk, worth > Worth.NONE, worth, groups)

    def _cut(self, verdict: Verdict, part: float) -> None:
        """Keep what fits when the estate shrinks to a part of itself."""
        nothing, estate = np.zeros((len(Worth), MOST_GROUPS), np.int64), self.estate()
        whole = sum((self._estate[chunk] for chunk in estate), nothing)
        newer = estate[estate.index(verdict.chunk) + 1 :]
        later = sum((self._estate[chunk] for chunk in newer), nothing)
        sizes = verdict.chunk.weights(0, verdict.chunk.rows)
        for worth, level in levels(whole, part * float(whole.sum())).items():
            rows = np.flatnonzero(verdict.worth == worth)
            verdict.keep[rows] = newest_within(verdict.groups[rows], sizes[rows], later[worth], level)

    def _join(self, judge: Judge, verdict: Verdict) -> Work:
        """Copy what stays of a chunk, together with the small chunks of survivors before it."""
        parts = [verdict]
        for chunk in self._before(verdict.chunk):
            kept = sum(len(part.rows) for part in parts)
            if not self._fit_together(chunk, kept):
                break
            parts.insert(0, self._verdict(judge, chunk))
            yield LOOK
        old = [part.chunk for part in parts]
        if len(parts) == 1 and verdict.keep.all():
            self._estate[verdict.chunk] = verdict.holding
            return
        new = yield from sieved(parts, self._shelf)
        if self._forgotten_marks(old, new):
            return  # to begin anew
        self._shelf.replace(old, new)
        if new is not None:
            self._estate[new] = sum((part.holding for part in parts), np.zeros_like(verdict.holding))

    def _before(self, chunk: Chunk) -> Iterator[Chunk]:
        """The chunks of survivors that lie just before one, the nearest first."""
        chunks = self._shelf.chunks
        for each in reversed(chunks[: chunks.index(chunk)]):
            if each not in self._estate:
                return
            yield each

    def _fit_together(self, chunk: Chunk, kept: int) -> bool:
        """Whether a chunk may be joined with rows that stay: it is not much larger, so no row is copied often."""
        most_bytes = min(MOST_JOINED_BYTES, self._slack // 2)
        return chunk.rows <= 2 * kept and chunk.rows + kept <= MOST_ROWS and chunk.arena_bytes <= most_bytes // 2

    def _forgotten_marks(self, old: list[Chunk], new: Chunk | None) -> bool:
        """Whether a row was marked while the others were copied."""
        marked = self._marked()
        there = [chunk.seqs_of(chunk.rows_of(marked)) for chunk in old]
        return any(len(seqs) and (new is None or not new.holds(seqs).all()) for seqs in there)


def levels(estate: Holding, room: float) -> dict[Worth, float]:
    """How many bytes each group may have of what is worth so much, where not all of it fits."""
    found: dict[Worth, float] = {}
    for worth in sorted(ROOM, reverse=True):
        level = water_level(estate[worth], max(ROOM[worth] * room - taken_above(estate, found, worth), 0.0))
        if np.isfinite(level):
            found[worth] = level
    return found


def taken_above(estate: Holding, found: dict[Worth, float], worth: Worth) -> float:
    """What is taken by all that is worth more."""
    return sum(float(np.minimum(estate[w], found.get(w, np.inf)).sum()) for w in Worth if w > worth)


def is_at_hand(chunk: Chunk) -> bool:
    """Whether to let go of a chunk makes room in memory."""
    return chunk.at_hand


def nothing_open(until: int) -> Sequence[str]:
    """No trace is known to be open."""
    return ()
