"""Streams: the histories of aggregates, as far as events say which number they have in one.

An event store gives each event of an aggregate the next number. A number that is missing was lost, or is on its way; a
number that two events have was given by two writers that did not know of each other.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from app.store.backlog import Backlog
from app.store.chunk import Chunk
from app.store.codes import Codes
from app.traces.versions import Versioned, versioned
from eventscope.step import Phase

__all__ = ["Anomaly", "Entry", "Stream", "Streams"]

MOST_STREAMS: Final = 20_000
MOST_ENTRIES: Final = 100_000
"""Of all streams together; the streams to which nothing was added for the longest go first."""
KEPT: Final = 200
"""Entries of each stream."""
MOST_KINDS: Final = 1_000
MOST_ANOMALIES: Final = 500
MOST_TYPES: Final = 10_000
SAMPLES: Final = 3
"""Events of a type that are looked at before it counts as one that has no versions."""
LATE_NS: Final = 2_000_000_000
"""A number that is missing may still come for this long: several writers publish at once."""
TRUST: Final = 5
"""Numbers of one kind are versions if so many times more of them follow each other than do not."""


class Entry(NamedTuple):
    """An event of a stream: its number there, its row and its id."""

    version: int
    seq: int
    id: str | None


@dataclass(slots=True)
class Stream:
    """The latest entries of an aggregate, in the order in which they came."""

    source: str
    kind: str
    key: str
    last: int = -1
    """The highest number that came."""
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))

    def twins(self, version: int) -> list[Entry]:
        """The entries with this number, if it is none that comes next."""
        return [known for known in self.entries if known.version == version] if version <= self.last else []


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A gap from `first` to `last`, or a conflict at `first`, told by row `seq` at `at` (ns since the epoch)."""

    source: str
    kind: str
    key: str
    conflict: bool
    first: int
    last: int
    seq: int
    at: int
    trace: str | None

    @property
    def sentence(self) -> str:
        """What is wrong."""
        if self.conflict:
            return f"{self.kind} {self.key}: two events have version {self.first:,}."
        if self.first == self.last:
            return f"{self.kind} {self.key}: version {self.first:,} is missing before {self.last + 1:,}."
        return f"{self.kind} {self.key}: versions {self.first:,} to {self.last:,} are missing."


class Streams:
    """The streams of one capture, the latest that something came of."""

    def __init__(self) -> None:
        self._backlog = Backlog(self._take)
        self._types = Codes("type", MOST_TYPES)
        self._samples = np.zeros(MOST_TYPES + 2, np.int64)
        """How many events of a type without a version were seen, negative once one had a version."""
        self._streams: OrderedDict[tuple[str, str], Stream] = OrderedDict()
        self._entries = 0
        self._found: deque[Anomaly] = deque(maxlen=MOST_ANOMALIES)
        self._follow: dict[tuple[str, str], int] = {}

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        self._backlog.add(chunk, start, stop)

    def anomalies(self, now: int) -> list[Anomaly]:
        """Gaps that nothing has filled for a while, and conflicts, where numbers otherwise follow each other."""
        self._backlog.flush()
        settled = [each for each in self._found if each.conflict or now - each.at > LATE_NS]
        counts: dict[tuple[str, str], int] = {}
        for each in settled:
            counts[each.source, each.kind] = counts.get((each.source, each.kind), 0) + 1
        return [
            each
            for each in settled
            if self._follow.get((each.source, each.kind), 0) >= TRUST * counts[each.source, each.kind]
        ]

    def stream(self, source: str, key: str) -> Stream | None:
        """The stream of an aggregate at a source."""
        self._backlog.flush()
        return self._streams.get((source, key))

    def _take(self, chunk: Chunk, start: int, stop: int) -> None:
        types = self._types.of(chunk, slice(start, stop))
        told = (chunk.phase[start:stop] == Phase.PUBLISHED) & (self._samples[types] < SAMPLES)
        for place in np.flatnonzero(told).tolist():
            if self._samples[types[place]] < SAMPLES:
                found = self._read(chunk, start + place)
                self._learn(int(types[place]), versions=found)

    def _learn(self, type_: int, *, versions: bool) -> None:
        if versions:
            self._samples[type_] = -1
        elif self._samples[type_] >= 0:
            self._samples[type_] += 1

    def _read(self, chunk: Chunk, row: int) -> bool:
        """Note one row, if it says its version."""
        id_, _, key, _, headers = chunk.row_texts(row)
        type_ = chunk.dictionaries["type"].values[int(chunk.type[row])]
        found = versioned(type_, key, headers, chunk.payloads[row])
        if found is None:
            return False
        source = chunk.dictionaries["source"].values[int(chunk.source[row])] or ""
        trace = chunk.dictionaries["correlation"].values[int(chunk.correlation[row])]
        seq, at = int(chunk.seqs_of(np.array([row]))[0]), int(chunk.observed[row])
        self._enter(source, found, Entry(found.version, seq, id_), at, trace)
        return True

    def _enter(self, source: str, told: Versioned, entry: Entry, at: int, trace: str | None) -> None:
        place = source, told.key
        stream = self._streams.get(place)
        if stream is None:
            stream = self._streams[place] = Stream(source, told.kind, told.key)
        else:
            self._streams.move_to_end(place)
            self._compare(stream, entry, at, trace)
        if not any(same(entry, known) for known in stream.twins(entry.version)):
            self._entries += len(stream.entries) < KEPT
            stream.entries.append(entry)
            stream.last = max(stream.last, entry.version)
        while len(self._streams) > MOST_STREAMS or self._entries > MOST_ENTRIES:
            self._entries -= len(self._streams.popitem(last=False)[1].entries)

    def _compare(self, stream: Stream, entry: Entry, at: int, trace: str | None) -> None:
        """Note what is wrong with an entry of a stream that has others."""
        last, twins = stream.last, stream.twins(entry.version)
        if entry.version == last + 1:
            kind = stream.source, stream.kind
            if kind in self._follow or len(self._follow) < MOST_KINDS:
                self._follow[kind] = self._follow.get(kind, 0) + 1
        elif entry.version > last:
            self._note(stream, (last + 1, entry.version - 1), entry.seq, at, trace)
        elif not twins:
            self._fill(stream, entry.version)
        elif entry.id is not None and not any(known.id in (entry.id, None) for known in twins):
            self._note(stream, (entry.version, entry.version), entry.seq, at, trace, conflict=True)

    def _note(
        self, stream: Stream, gap: tuple[int, int], seq: int, at: int, trace: str | None, *, conflict: bool = False
    ) -> None:
        self._found.append(Anomaly(stream.source, stream.kind, stream.key, conflict, *gap, seq, at, trace))

    def _fill(self, stream: Stream, version: int) -> None:
        """A number that was missing has come after all."""
        mine = [each for each in self._found if is_gap(each, stream, version)]
        for gap in mine:
            self._found.remove(gap)
            for first, last in ((gap.first, version - 1), (version + 1, gap.last)):
                if first <= last:
                    self._note(stream, (first, last), gap.seq, gap.at, gap.trace)


def is_gap(each: Anomaly, stream: Stream, version: int) -> bool:
    """Whether a number is in a gap of a stream."""
    mine = (each.source, each.key, each.conflict) == (stream.source, stream.key, False)
    return mine and each.first <= version <= each.last


def same(one: Entry, other: Entry) -> bool:
    """Whether two entries are one event that came twice."""
    return one.version == other.version and one.id == other.id and one.id is not None
