"""Triggers: each new row is tested once with the filters of all triggers; what they meet, and what is around it, stays.

Rows are tested as they come, for a moment on each frame; what would take longer waits for the next one.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from app.filter.query import Filter, FilterError, parse
from app.store.chunk import Chunk, Rows
from app.store.store import Store
from app.table_setup import Trigger
from app.triggers.kept import Kept, number_of, parts

__all__ = ["Firing", "News", "Triggers"]

PIECE: Final = 1_024
"""Rows tested before the time is looked at again."""

MOST_S: Final = 0.002

MOST_FIRINGS: Final = 1_000
SECOND: Final = 1_000_000_000


@dataclass(slots=True)
class Firing:
    """A trigger met `count` rows, the first and the last of these numbers, with none missing for longer than it keeps
    rows after each. `at` is when the last one was observed (ns since the epoch).
    """

    trigger: Trigger
    first: int
    last: int
    at: int
    count: int


class News(NamedTuple):
    """A firing that began or went on, and the first row it met since this was asked."""

    firing: Firing
    first: int


class Triggers:
    """The triggers of one store. Rules that are off, empty or wrong never fire; a rule meets only rows that come later.

    `firings` are the latest, the newest last; `counts` has the rows met by the filter of each.
    """

    def __init__(self, store: Store, rules: Sequence[Trigger] = ()) -> None:
        self.kept = Kept(store)
        self.firings: deque[Firing] = deque(maxlen=MOST_FIRINGS)
        self.counts: Counter[str] = Counter()
        self.missed = 0
        """Rows that had to go before they could be tested."""
        self._store = store
        self._next = store.next_seq
        self._is_late = False
        self._news: dict[Trigger, News] = {}
        self.set_rules(rules)

    def set_rules(self, rules: Sequence[Trigger]) -> None:
        """Follow other rules."""
        self.rules = rules
        self._active = [(rule, test) for rule in rules if (test := test_of(rule)) is not None]
        if not self._active:
            self._next = self._store.next_seq

    @property
    def waiting(self) -> int:
        """How many rows came that were not tested yet."""
        return self._store.next_seq - self._next if self._active else 0

    def tick(self, rules: Sequence[Trigger]) -> None:
        """Follow the rules of the settings, test what came, and keep what belongs to what was met."""
        if rules is not self.rules:
            self.set_rules(rules)
        if not self._active:
            self._next = self._store.next_seq
        if self._next < self._store.next_seq:
            self._test_new()
        self.kept.follow()

    def take_news(self) -> list[News]:
        """What fired since this was asked last, one for each trigger."""
        news, self._news = list(self._news.values()), {}
        return news

    def latest(self, rule: Trigger) -> Firing | None:
        """The last time that the filter of a rule met something, None when it did not or that is long ago."""
        return next((firing for firing in reversed(self.firings) if firing.trigger.filter == rule.filter), None)

    def prune(self) -> None:
        """Forget rows that are gone for good."""
        self.kept.prune()

    def _test_new(self) -> None:
        deadline = time.perf_counter() + MOST_S
        for chunk, start, stop in self._pieces():
            self.missed += number_of(chunk, start) - self._next
            for rule, test in self._active:
                rows = np.flatnonzero(test.mask(chunk, start, stop)) + start
                if len(rows):
                    self._fire(rule, chunk.seqs_of(rows), chunk.observed[rows])
            self._next = number_of(chunk, stop)
            if time.perf_counter() > deadline:
                break
        else:
            self._next = self._store.next_seq
        self._is_late = self._next < self._store.next_seq

    def _pieces(self) -> Iterator[tuple[Chunk, int, int]]:
        for chunk, start, stop in parts(self._store, self._next, self._store.next_seq):
            for at in range(start, stop, PIECE):
                yield chunk, at, min(at + PIECE, stop)

    def _fire(self, rule: Trigger, seqs: Rows, observed: Rows) -> None:
        """A rule has met rows. Those that are far apart in time are firings of their own."""
        breaks = np.flatnonzero(np.diff(observed) > ns(rule.after_s)) + 1
        for met, times in zip(np.split(seqs, breaks), np.split(observed, breaks), strict=True):
            first, last, at = int(met[0]), int(met[-1]), int(times.max())
            self._remember(rule, first, last, at, len(met))
            self.kept.add(first, last, int(times[0]) - ns(rule.before_s), at + ns(rule.after_s))
        self.counts[rule.filter] += len(seqs)
        self._store.marks.fire(seqs, rule.title, seen=self._is_late)

    def _remember(self, rule: Trigger, first: int, last: int, at: int, count: int) -> None:
        firing = next((firing for firing in reversed(self.firings) if firing.trigger == rule), None)
        if firing is None or at - firing.at > ns(rule.after_s):
            firing = Firing(rule, first, last, at, count)
            self.firings.append(firing)
        else:
            firing.last, firing.at = last, max(at, firing.at)
            firing.count += count
        news = self._news.get(rule)
        self._news[rule] = News(firing, first if news is None else news.first)


def ns(seconds: float) -> int:
    """Seconds as nanoseconds."""
    return int(seconds * SECOND)


def test_of(rule: Trigger) -> Filter | None:
    """The filter of a rule, None when it is off, empty or wrong."""
    if rule.off or not rule.filter.strip():
        return None
    try:
        return parse(rule.filter)
    except FilterError:
        return None
