"""Kept: the rows around what fired, which stay in the store while others go, as far as they fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.store.chunk import Chunk
from app.store.store import Store

__all__ = ["PART", "Kept"]

PART: Final = 1 / 8
"""Of the memory for rows, what is kept may take so much at most, counted before compression."""

BITE: Final = 1 / 16
"""Of what may be kept, so much is let go at once when one span takes all of it: to look for its end takes a while."""

BLOCK: Final = 4_096
"""Rows looked at together for the time at which they were observed."""


@dataclass(slots=True)
class Span:
    """Rows `first` to `stop - 1`. It grows until a row is observed after `until` (ns since the epoch)."""

    first: int
    stop: int
    until: int
    bytes: int = 0
    grows: bool = True


class Kept:
    """Spans of rows, ascending and apart from each other. The oldest is let go first when they do not fit."""

    def __init__(self, store: Store) -> None:
        self.let_go = 0
        """Spans that were let go, in whole or in part, since there was no room."""
        self.limit = int(store.budget * PART)
        self._store = store
        self._spans: list[Span] = []
        self._floor = 0
        """Rows before this one were let go, and are not taken back."""

    @property
    def bytes(self) -> int:
        """What the rows take, before compression."""
        return sum(span.bytes for span in self._spans)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The first row of each span, and the one after its last."""
        return [(span.first, span.stop) for span in self._spans]

    def add(self, first: int, last: int, since: int, until: int) -> None:
        """Keep rows `first` to `last`, those before that were observed from `since` on, and those after up to `until`.

        What goes back over older rows ends at the first that was observed earlier.
        """
        self._grow()
        around = next((span for span in self._spans if span.first <= first < span.stop), None)
        start = earliest(self._store, first if around is None else around.first, since, self._floor)
        new = Span(min(start, first), last + 1, until)
        new.stop, new.grows = end_of(self._store, new.stop, until)
        met = [span for span in self._spans if span.first < new.stop and new.first < span.stop]
        others = [span for span in self._spans if span not in met]
        self._spans = sorted([*others, self._joined(new, met)], key=lambda span: span.first)

    def follow(self) -> None:
        """Take in what came since, and let go of what does not fit."""
        self._grow()
        if self.bytes > self.limit:
            self._let_go()
        self._store.marks.keep(self.spans)

    def prune(self) -> None:
        """Forget spans of which no row is left."""
        kept = [span for span in self._spans if span.grows or any(parts(self._store, span.first, span.stop))]
        self._spans = kept

    def _grow(self) -> None:
        for span in self._spans:
            if span.grows:
                before = span.stop
                span.stop, span.grows = end_of(self._store, before, span.until)
                span.bytes += weight(self._store, before, span.stop)

    def _joined(self, new: Span, met: list[Span]) -> Span:
        """One span of those that overlap; only rows that are in none of them yet are weighed."""
        at = new.first
        for span in met:
            if at < span.first:
                new.bytes += weight(self._store, at, span.first)
            new.bytes += span.bytes
            at = max(at, span.stop)
        if at < new.stop:
            new.bytes += weight(self._store, at, new.stop)
        everything = [new, *met]
        new.first, new.stop = min(span.first for span in everything), max(span.stop for span in everything)
        new.until = max(span.until for span in everything)
        new.grows = any(span.grows for span in everything)
        return new

    def _let_go(self) -> None:
        self.let_go += 1
        while self.bytes > self.limit and len(self._spans) > 1:
            self._floor = self._spans.pop(0).stop
        over = self.bytes - self.limit
        if over > 0:
            (span,) = self._spans
            self._floor = after_bytes(self._store, span.first, span.stop, over + int(self.limit * BITE))
            span.bytes -= weight(self._store, span.first, self._floor)
            span.first = self._floor


def parts(store: Store, first: int, stop: int) -> Iterator[tuple[Chunk, int, int]]:
    """Rows `first` to `stop - 1`, as far as there are any: their chunks, with the places in each."""
    for chunk in store.chunks:
        if chunk.first_seq < stop and first < chunk.next_seq:
            start, end = chunk.place_of(first), chunk.place_of(stop)
            if start < end:
                yield chunk, start, end


def weight(store: Store, first: int, stop: int) -> int:
    """The bytes of rows in memory, before compression."""
    return sum(int(chunk.weights(start, end).sum()) for chunk, start, end in parts(store, first, stop) if chunk.at_hand)


def earliest(store: Store, seq: int, since: int, floor: int) -> int:
    """The first of the rows that came before `seq` and were observed from `since` on, without any other between; none
    before `floor`. Rows in a file are not looked at: they stay as long as the file does.
    """
    first = seq
    for chunk in reversed(store.chunks):
        end = chunk.place_of(seq)
        if not chunk.at_hand or chunk.next_seq <= floor:
            break
        for stop in range(end, 0, -BLOCK):
            start = max(stop - BLOCK, 0)
            older = np.flatnonzero(chunk.observed[start:stop] < since)
            at = start + int(older[-1]) + 1 if len(older) else start
            first = number_of(chunk, at) if at < end else first
            if len(older) or first <= floor:
                return max(first, floor)
    return max(first, floor)


def end_of(store: Store, seq: int, until: int) -> tuple[int, bool]:
    """The first row from `seq` on that was observed after `until`; if there is none, the next that comes, and True."""
    for chunk, start, end in parts(store, seq, store.next_seq):
        if chunk.at_hand and len(late := np.flatnonzero(chunk.observed[start:end] > until)):
            return number_of(chunk, start + int(late[0])), False
    return store.next_seq, True


def after_bytes(store: Store, first: int, stop: int, size: int) -> int:
    """The first row behind so many bytes of a span."""
    for chunk, start, end in parts(store, first, stop):
        if not chunk.at_hand:
            continue
        sums = np.cumsum(chunk.weights(start, end))
        if sums[-1] > size:
            return number_of(chunk, start + int(np.searchsorted(sums, size)) + 1)
        size -= int(sums[-1])
    return stop


def number_of(chunk: Chunk, row: int) -> int:
    """The number of a row; behind the last one, of the next that would come."""
    return int(chunk.seqs_of(np.array([row], np.int64))[0]) if row < chunk.rows else chunk.next_seq
