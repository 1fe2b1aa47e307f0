"""Traces: a running summary of each correlation, in columns; no row is looked at twice."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.phases import CLOSED, ERRORS
from app.store.backlog import Backlog
from app.store.chunk import Chunk
from app.store.codes import ABSENT, CHUNK_CODES, Codes
from app.traces.senses import Senses
from app.traces.shapes import usual_services
from app.traces.summary import FRESH_NS, TRACE, TraceState, TraceSummary, states, summaries, usual_durations
from eventscope.step import UNKNOWN, Phase

Ints = NDArray[np.int64]

LONGEST_ID: Final = 256
"""Characters. A longer correlation id is found in the table but has no place in the list of traces."""
LEARNT_FROM: Final = 4_096
"""How many of the latest traces say how long a trace usually takes."""

MOST_OPEN: Final = 4_096
MOST_NEW: Final = 8_192

AT_A_TIME: Final = 2_048
"""Rows taken in together: a millisecond of work when each third of them begins a trace."""

NO_TRACE: Final = np.iinfo(np.int64).max
"""Stands for the number of the trace of a row that has none."""

BLANK: Final = np.zeros((), TRACE)
BLANK["first"] = BLANK["started"] = np.iinfo(np.int64).max
BLANK["ended"] = BLANK["observed"] = np.iinfo(np.int64).min


class Traces:
    """The latest `capacity` traces, numbered in the order in which they began; older ones are evicted.

    Trace `n` lies in slot `n % capacity`. A trace that goes on after its eviction begins anew.
    """

    def __init__(self, capacity: int = 131_072) -> None:
        self.capacity = capacity
        self._begun = 0
        self._looked = 0
        self._open = np.empty(0, np.int64)
        self._backlog = Backlog(self._take, min(capacity, AT_A_TIME))
        self._table = np.zeros(capacity, TRACE)
        self._ids: list[str] = [""] * capacity
        self._numbers: dict[str, int] = {}
        self._chunk = -1
        self._by_code = np.full(CHUNK_CODES, -1, np.int64)
        self._senses = Senses()
        self._codes = (Codes("type", 10_000), Codes("source", 1_000), Codes("producer", 10_000))

    def __len__(self) -> int:
        self._backlog.flush()
        return len(self._numbers)

    @property
    def evicted(self) -> int:
        """How many traces were forgotten for newer ones."""
        self._backlog.flush()
        return self._oldest

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk. Rows without a correlation belong to no trace."""
        self._backlog.add(chunk, start, stop)

    def summary(self, correlation_id: str, now: int | None = None) -> TraceSummary | None:
        """What is known of one trace at `now` (ns since the epoch), or None."""
        self._backlog.flush()
        number = self._numbers.get(correlation_id)
        return None if number is None else self._summaries(np.array([number]), now)[0]

    def state(self, correlation_id: str, now: int | None = None) -> TraceState | None:
        """How one trace stands at `now` (ns since the epoch), or None."""
        found = self.summary(correlation_id, now)
        return None if found is None else found.state

    def recent(
        self,
        limit: int = 500,
        *,
        before_seq: int | None = None,
        errors_only: bool = False,
        telling: bool = False,
        now: int | None = None,
    ) -> list[TraceSummary]:
        """The newest traces first, optionally only those that began before a row, that had errors, or of whose events
        some tell of a failure or of something taken back.
        """
        self._backlog.flush()
        numbers = np.arange(self._begun - 1, self._oldest - 1, -1)
        if before_seq is not None:
            numbers = numbers[self._table["first"][numbers % self.capacity] < before_seq]
        if errors_only:
            numbers = numbers[self._table["errors"][numbers % self.capacity] > 0]
        if telling:
            numbers = numbers[self._table["tells"][numbers % self.capacity] > 0]
        return self._summaries(numbers[:limit], now)

    def stuck(self, most: int, now: int | None = None) -> list[TraceSummary]:
        """Those of the newest `most` traces that are stuck, the newest first."""
        self._backlog.flush()
        numbers = np.arange(self._begun - 1, max(self._oldest, self._begun - most) - 1, -1)
        standing = self._standing(self._table[numbers % self.capacity], now)
        return self._summaries(numbers[[state is TraceState.STUCK for state in standing]], now)

    def open_ids(self, until_seq: int, now: int | None = None) -> list[str]:
        """The correlations of traces that are not over, stuck ones among them; at least those that began before a row.

        At most MOST_OPEN, the newest; of traces that began since the last call only the newest MOST_NEW are looked at.
        """
        self._backlog.flush()
        began = range(self._oldest, self._begun)
        until = bisect_left(began, until_seq, key=lambda number: int(self._table["first"][number % self.capacity]))
        new = np.arange(max(self._looked, self._oldest, self._oldest + until - MOST_NEW), self._oldest + until)
        known = np.concatenate((self._open[self._open >= self._oldest], new))
        self._looked = max(self._looked, self._oldest + until)
        self._open = known[self._alive(known % self.capacity, time.time_ns() if now is None else now)][-MOST_OPEN:]
        return [self._ids[slot] for slot in (self._open % self.capacity).tolist()]

    def _alive(self, slots: Ints, now: int) -> NDArray[np.bool_]:
        """Which traces have a delivery under way, or had a row lately."""
        pending, untold, observed = (self._table[name][slots] for name in ("pending", "untold", "observed"))
        alive: NDArray[np.bool_] = (pending > 0) & (untold == 0) | (now - observed < FRESH_NS)
        return alive

    @property
    def _oldest(self) -> int:
        return max(self._begun - self.capacity, 0)

    def _take(self, chunk: Chunk, start: int, stop: int) -> None:
        # As many new traces at once as there are slots, or two would share one.
        for first in range(start, stop, self.capacity):
            rows = np.arange(first, min(first + self.capacity, stop))
            numbers = self._numbers_of(chunk, rows)
            mine = numbers != NO_TRACE
            if not mine.all():
                rows, numbers = rows[mine], numbers[mine]
            if rows.size:
                self._count(chunk, rows, numbers % self.capacity)

    def _numbers_of(self, chunk: Chunk, rows: Ints) -> Ints:
        """The number of the trace of each row, NO_TRACE where it has none."""
        if chunk.first_seq != self._chunk:
            self._chunk = chunk.first_seq
            self._by_code.fill(-1)
            self._by_code[ABSENT] = NO_TRACE
        codes = chunk.correlation[rows]
        numbers = self._by_code[codes]
        # Beginning traces may evict some that have rows here: those begin anew in the next round.
        while (unknown := numbers < self._oldest).any():
            self._look_up(chunk.dictionaries["correlation"].values, codes[unknown])
            numbers = self._by_code[codes]
        return numbers

    def _look_up(self, texts: Sequence[str | None], codes: NDArray[np.uint16]) -> None:
        first = self._begun
        for code in self._distinct(codes):
            text = texts[code]
            if text is None or len(text) > LONGEST_ID:
                self._by_code[code] = NO_TRACE
            else:
                number = self._numbers.get(text)
                self._by_code[code] = self._begin(text) if number is None else number
        self._table[np.arange(first, self._begun) % self.capacity] = BLANK

    def _distinct(self, codes: NDArray[np.uint16]) -> list[int]:
        """Each of the codes once, in order of appearance. Writes over what `_by_code` has for them."""
        places = np.arange(len(codes))
        self._by_code[codes[::-1]] = places[::-1]  # the last value assigned stays
        distinct: list[int] = codes[self._by_code[codes] == places].tolist()
        return distinct

    def _begin(self, correlation_id: str) -> int:
        slot = self._begun % self.capacity
        if self._begun >= self.capacity:
            del self._numbers[self._ids[slot]]
        self._ids[slot] = correlation_id
        self._numbers[correlation_id] = self._begun
        self._begun += 1
        return self._begun - 1

    def _count(self, chunk: Chunk, rows: Ints, slots: Ints) -> None:
        table, one = self._table, np.ones(len(rows), np.int64)
        phase, fanout, occurred, observed = (
            column[rows] for column in (chunk.phase, chunk.fanout, chunk.occurred, chunk.observed)
        )
        at = np.where(occurred == UNKNOWN, observed, occurred)
        published = phase == Phase.PUBLISHED
        due = np.where(published, np.maximum(fanout, 0), -CLOSED[phase].astype(np.int64))
        seqs = chunk.seqs_of(rows)
        table["last"][slots] = seqs
        np.minimum.at(table["first"], slots, seqs)
        np.minimum.at(table["started"], slots, at)
        np.maximum.at(table["ended"], slots, at)
        np.maximum.at(table["observed"], slots, observed)
        np.add.at(table["rows"], slots, one)
        np.add.at(table["events"], slots, published.astype(np.int64))
        np.add.at(table["errors"], slots, ERRORS[phase].astype(np.int64))
        np.add.at(table["pending"], slots, due)
        np.add.at(table["untold"], slots, (published & (fanout < 0)).astype(np.int64))
        np.bitwise_or.at(table["services"], slots, self._senses.services(chunk, rows))
        np.add.at(table["tells"], slots, self._senses.tells(chunk, rows).astype(np.int64))
        self._root(chunk, rows, slots, published)

    def _root(self, chunk: Chunk, rows: Ints, slots: Ints, published: NDArray[np.bool_]) -> None:
        """The first published row of a trace is its root, its first row until there is one."""
        table = self._table
        rootless = table["rooted"][slots] == 0
        if not rootless.any():
            return
        first, better = rootless & (table["root"][slots] == 0) & ~published, rootless & published
        # Of several values assigned to one slot the last stays: backwards, that is the first row.
        order = np.concatenate((np.flatnonzero(first)[::-1], np.flatnonzero(better)[::-1]))
        rows, slots = rows[order], slots[order]
        table["root"][slots] = chunk.seqs_of(rows)
        table["rooted"][slots] = published[order]
        for codes in self._codes:
            table[codes.column][slots] = codes.of(chunk, rows)

    def _summaries(self, numbers: Ints, now: int | None) -> list[TraceSummary]:
        if not numbers.size:
            return []
        slots = numbers % self.capacity
        traces = self._table[slots]
        texts = [[codes.texts[n] for n in traces[codes.column].tolist()] for codes in self._codes]
        return summaries([self._ids[slot] for slot in slots.tolist()], traces, self._standing(traces, now), texts)

    def _standing(self, traces: NDArray[Any], now: int | None) -> list[TraceState]:
        """How rows of the table stand."""
        usual_ns, usual_services = (usual[traces["type"]] for usual in self._usual())
        return states(traces, usual_ns, time.time_ns() if now is None else now, usual_services)

    def _usual(self) -> tuple[Ints, Ints]:
        """How long traces usually take, and which services take steps in them, by code of the root type."""
        latest = np.arange(max(self._oldest, self._begun - LEARNT_FROM), self._begun) % self.capacity
        table, types = self._table, len(self._codes[0].texts)
        over = (table["pending"][latest] == 0) & (table["untold"][latest] == 0) & (table["events"][latest] > 0)
        ended = table[latest[over]]
        return usual_durations(ended, types), usual_services(ended, types)
