"""Long trace: how a saga of very many rows stands, told by how many events of each type there are.

Which of a thousand reservations a release is about would take long to find out. So nothing is said of single events
here, and in doubt nobody is blamed: a service that did later what had failed has made it good, and a step was left
behind only where fewer were taken back than later steps failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.phases import table
from app.store.chunk import Chunk
from app.store.store import Store, correlated_in
from app.traces.facts import facts_of
from app.traces.participants import owner_of
from app.traces.saga import LEAST_SERVICES, Outcome, says_so
from app.traces.undo import takes_back
from app.traces.wording import Wording, wording
from eventscope.step import Phase

__all__ = ["FIRST_ROWS", "LONG", "MOST_KINDS", "Kind", "Kinds", "Tally", "kinds_in", "long_outcome", "outcome_of"]

LONG: Final = 1_000
"""Of a trace with more rows events are counted by their types; of the others all are put together."""
FIRST_ROWS: Final = 100
"""So many rows of a long trace say whether its events call it a saga."""

MOST_KINDS: Final = 500
"""Where types or producers are so many, they are no types; then nothing is said."""

PUBLISHED: Final = table({Phase.PUBLISHED})
HANDLED: Final = table({Phase.HANDLED})
GIVEN_UP: Final = table({Phase.DEAD_LETTERED, Phase.DROPPED})


@dataclass(slots=True, eq=False)
class Kind:
    """All events of one type and of `who`, a producer or a subscription: the numbers of the first and the last row."""

    type: str | None
    who: str | None
    first: int
    last: int
    count: int

    @property
    def words(self) -> Wording:
        """What the type says."""
        return wording(self.type)

    @property
    def is_step(self) -> bool:
        """Whether these tell of something that was done and can be undone."""
        return self.words.reversible and not self.words.command


Found = dict[tuple[str | None, str | None], Kind]
COUNTED: Final = ((PUBLISHED, "producer"), (HANDLED, "subscription"), (GIVEN_UP, "subscription"))


@dataclass(frozen=True, slots=True)
class Kinds:
    """What a trace holds: published events by producer, handled and given up ones by subscription; how many rows."""

    published: Sequence[Kind]
    handled: Sequence[Kind]
    given_up: Sequence[Kind]
    rows: int


class Tally:
    """Counts the rows of a trace as they come; no row is looked at twice."""

    def __init__(self) -> None:
        self._kinds: tuple[Found, ...] = ({}, {}, {})
        self._rows = 0
        self.until = 0
        """The number below which rows were counted."""

    def kinds(self, store: Store, correlation_id: str, until: int) -> Kinds:
        """What the trace holds below number `until`, which is never less than before."""
        for chunk in store.chunks:
            if chunk.next_seq > self.until:
                seqs = correlated_in(chunk, correlation_id)
                self._take(chunk, seqs[(seqs >= self.until) & (seqs < until)])
        self.until = max(self.until, until)
        published, handled, given_up = (list(kinds.values()) for kinds in self._kinds)
        return Kinds(published, handled, given_up, self._rows)

    def _take(self, chunk: Chunk, seqs: NDArray[np.int64]) -> None:
        rows = chunk.rows_of(seqs)
        self._rows += len(rows)
        for (phases, column), kinds in zip(COUNTED, self._kinds, strict=True):
            chosen = phases[chunk.phase[rows]]
            for kind in counted(chunk, rows[chosen], seqs[chosen], column):
                merge(kinds, kind)


def kinds_in(store: Store, correlation_id: str, until: int | None = None) -> Kinds:
    """Count the rows of a trace, in time that grows with their number."""
    return Tally().kinds(store, correlation_id, store.next_seq if until is None else until)


def long_outcome(store: Store, kinds: Kinds, first_seqs: Sequence[int]) -> Outcome | None:
    """What became of the saga that these are, in its own words; `first_seqs` are its first rows. Raises Evicted."""
    texts = store.cells(first_seqs[:FIRST_ROWS], ("headers", "payload"))
    told = any(says_so(facts_of(headers, payload), undone=False) for headers, payload in texts)
    outcome = outcome_of(kinds, told=told)
    return outcome and replace(outcome, reason=reason_in(store, outcome.seq))


def reason_in(store: Store, seq: int | None) -> str:
    """What a failure says of itself; raises Evicted."""
    if seq is None:
        return ""
    ((headers, payload, error),) = store.cells([seq], ("headers", "payload", "error"))
    return facts_of(headers, payload).reason or error or ""


def counted(chunk: Chunk, rows: NDArray[np.int64], seqs: NDArray[np.int64], column: str) -> Iterator[Kind]:
    """The kinds among rows of one chunk, with the texts of `column` for `who`."""
    codes = chunk.type[rows].astype(np.uint32) << 16 | getattr(chunk, column)[rows]
    order = np.argsort(codes, kind="stable")
    bounds = [*np.flatnonzero(np.diff(codes[order], prepend=-1)).tolist(), len(codes)]
    types, others = chunk.dictionaries["type"].values, chunk.dictionaries[column].values
    for start, stop in pairwise(bounds):
        first, last = order[start], order[stop - 1]
        code = int(codes[first])
        yield Kind(types[code >> 16], others[code & 0xFFFF], int(seqs[first]), int(seqs[last]), stop - start)


def merge(kinds: Found, new: Kind) -> None:
    """Add what a later chunk holds of a kind; of too many, only that they are."""
    if len(kinds) > MOST_KINDS and (new.type, new.who) not in kinds:
        return
    known = kinds.setdefault((new.type, new.who), new)
    if known is not new:
        known.last, known.count = new.last, known.count + new.count


def outcome_of(kinds: Kinds, *, told: bool) -> Outcome | None:
    """What became of the saga that these are, None for an ordinary trace; `told` says that the events call it one."""
    published = kinds.published
    if not 0 < len(published) <= MOST_KINDS:
        return None
    steps = [kind for kind in published if kind.is_step]
    undos = undos_of(published)
    failures = failures_of(published, steps, undoing=bool(undos)) + broken_off(kinds)
    services = {kind.who for kind in (*steps, *failures, *undos, *(done for each in undos.values() for done in each))}
    if not (steps or undos) or not (told or len(services) >= LEAST_SERVICES):
        return None
    undone = {step: sum(undo.count for undo, targets in undos.items() if step in targets) for step in steps}
    heard = services_told(kinds, undos)
    left = [step for step in steps if undone[step] < wanted(step, failures) and step.who not in heard]
    total = sum(min(undo.count, sum(done.count for done in targets)) for undo, targets in undos.items())
    first = failures[0].first if failures else None
    return Outcome(names(failures), total, names(left), seq=first)


def undos_of(published: Sequence[Kind]) -> dict[Kind, list[Kind]]:
    """The kinds that take others back, with those."""
    failed = min((kind.first for kind in published if kind.words.failure), default=None)
    undos = {}
    for kind in published:
        words = kind.words
        if words.undoes is None or (words.answers and (failed is None or failed > kind.last)):
            continue
        if targets := [done for done in published if done.first < kind.last and takes_back(words, done.words)]:
            undos[kind] = targets
    return undos


def failures_of(published: Sequence[Kind], steps: Sequence[Kind], *, undoing: bool) -> list[Kind]:
    """What went wrong and was not made good later; of no weight where nothing could be or was undone."""
    failures = [kind for kind in published if kind.words.failure and kind.words.undoes is None]
    return [each for each in failures if (each.words.weighty or undoing) and not made_good(each, steps)]


def made_good(failure: Kind, steps: Sequence[Kind]) -> bool:
    """Whether the same service did it later."""
    subject = failure.words.subject
    return any(step.last > failure.last and step.who == failure.who and step.words.subject & subject for step in steps)


def broken_off(kinds: Kinds) -> list[Kind]:
    """The last event, where it was given up and nothing has to come after others."""
    last = max(kinds.published, key=lambda kind: kind.last)
    dead = any(kind.type == last.type and kind.last > last.last for kind in kinds.given_up)
    return [Kind(last.type, last.who, last.last, last.last, 1)] if dead and ends_badly(last.words) else []


def ends_badly(words: Wording) -> bool:
    """Whether something was to come after an event."""
    return not words.end and words.undoes is None


def wanted(step: Kind, failures: Sequence[Kind]) -> int:
    """How many of a kind of step had to be undone: as often as something failed that is not that step itself."""
    failed = sum(
        each.count for each in failures if each.last > step.first and not each.words.subject & step.words.subject
    )
    return min(step.count, failed)


def services_told(kinds: Kinds, undos: dict[Kind, list[Kind]]) -> set[str | None]:
    """Services that handled what takes something back: they may undo what is theirs and publish nothing."""
    services = [kind.who for kind in kinds.published if kind.who]
    types = {undo.type for undo in undos}
    return {owner_of(kind.who, (), services) for kind in kinds.handled if kind.who and kind.type in types}


def names(kinds: Sequence[Kind]) -> tuple[str, ...]:
    """The types of these, each once."""
    return tuple(dict.fromkeys(kind.type or "(no type)" for kind in kinds))
