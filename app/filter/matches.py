"""Matches: the rows that a filter selects, ascending, kept up to date as rows come and go."""

from __future__ import annotations

import time
from bisect import bisect_right
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.filter.part import Part, heir, visible_rows
from app.filter.query import Filter, parse
from app.filter.search import Piece, Searcher, pieces
from app.listing.listing import Change
from app.store.store import Store

BYTES_PER_SECOND: Final = 400_000_000
"""How fast texts and payloads are searched, to tell what fits into a budget."""
ROWS_PER_SECOND: Final = 100_000_000
"""The same for columns."""


class Matches:
    """Numbered from 0. Changes only in calls of its own methods, all from one thread.

    Little work is done in `update`; reading all texts and payloads, and what is in a file, is left to a thread, newest
    chunk first, and `update` picks up what it found. `complete` is False after a search was cancelled.
    """

    newest_last = True

    def __init__(self, store: Store) -> None:
        self.complete = True
        self.looked_at: int | None = None
        """A search begins with the chunk of this row, or with the newest."""
        self._store = store
        self._filter = parse("")
        self._parts: list[Part] = []
        self._searcher = Searcher()
        self._horizon: int | None = None
        self._generation = store.generation
        self._front = self._removed = self._appended = 0
        self._reset = False
        self._ends: list[int] | None = []

    def __len__(self) -> int:
        ends = self._counted()
        return ends[-1] if ends else 0

    @property
    def filter(self) -> Filter:
        """What is asked for."""
        return self._filter

    def set_filter(self, wanted: Filter) -> None:
        """Ask for something else; the matches are those of the new filter after the next updates."""
        self._stop_search()
        self._filter = wanted
        self._parts = []
        self._ends = None
        self._reset = self.complete = True

    @property
    def horizon(self) -> int | None:
        """Rows from this number on are left out, as while the window is paused; None for all rows."""
        return self._horizon

    @horizon.setter
    def horizon(self, seq: int | None) -> None:
        self._stop_search()
        self._horizon = seq
        cuts = [part.cut(part.visible(seq)) for part in self._parts]
        self._reset |= any(cuts)
        self._ends = None

    @property
    def progress(self) -> tuple[int, int]:
        """How many rows were scanned, of how many there are below the horizon."""
        total = sum(visible_rows(chunk, self._horizon) for chunk in self._store.chunks)
        return sum(part.scanned for part in self._parts), total

    def update(self, budget_s: float = 0.004) -> Change:
        """Follow the store for about `budget_s`; what has changed since the last update.

        Raises what went wrong in a search.
        """
        self._searcher.check()
        self._follow_chunks()
        while self._searcher.results:
            piece, rows = self._searcher.results.popleft()
            piece.part.taken = not piece.last
            self._add(piece, rows)
        self._scan(budget_s)
        self._ends = None
        change = Change(reset=True) if self._reset else Change(self._removed, self._appended, front=self._front)
        self._front, self._removed, self._appended, self._reset = 0, 0, 0, False
        return change

    def seq_at(self, index: int) -> int:
        """The row of a match; raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(f"there are {len(self)} matches, so none at {index}")
        return int(self.seqs(index, index + 1)[0])

    def seqs(self, start: int, stop: int) -> NDArray[np.int64]:
        """The rows of matches `start` to `stop`, as far as there are any."""
        ends, found = self._counted(), []
        place = bisect_right(ends, start)
        while place < len(ends) and start < stop:
            before = ends[place - 1] if place else 0
            found.append(self._parts[place].seqs(start - before, min(stop, ends[place]) - before))
            start, place = ends[place], place + 1
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def index_of(self, seq: int) -> int:
        """The first match at or after a row; `len` when there is none."""
        place = bisect_right(self._parts, seq, key=lambda part: part.chunk.first_seq) - 1
        if place < 0:
            return 0
        return (self._counted()[place - 1] if place else 0) + self._parts[place].index(seq)

    def cancel(self) -> None:
        """Give up what is left of the search until `resume`; rows that come later are tested as before."""
        self._stop_search()
        self._follow_chunks()
        for part in self._parts:
            self.complete &= not part.skip(part.visible(self._horizon))

    def resume(self) -> None:
        """Go on with a search that was cancelled."""
        self._stop_search()
        found_anew = [part.unskip() for part in self._parts]
        self._reset |= any(found_anew)
        self._ends = None
        self.complete = True

    def close(self) -> None:
        """End the thread."""
        self._searcher.close()

    def _counted(self) -> list[int]:
        if self._ends is None:
            self._ends = list(accumulate(part.count for part in self._parts))
        return self._ends

    def _follow_chunks(self) -> None:
        """Have a part for each chunk; a chunk of survivors has the matches among them from the parts it comes from."""
        chunks, before = self._store.chunks, self._parts
        if self._generation == self._store.generation:
            self._parts = before + [Part(chunk) for chunk in chunks[len(before) :]]
            return
        self._generation = self._store.generation
        known, there = {part.chunk: part for part in before}, set(chunks)
        gone = [part for part in before if part.chunk not in there]
        self._parts = [known.get(chunk) or heir(chunk, gone, self._horizon) for chunk in chunks]
        for part in gone:
            part.alive = False
        last = before.index(gone[-1]) + 1 if gone else 0
        stay = self._parts.index(before[last]) if last < len(before) else len(self._parts)
        self._front = sum(part.count for part in self._parts[:stay])
        self._removed = sum(part.count for part in before[:last]) - self._front

    def _scan(self, budget_s: float) -> None:
        """Test what is new: at once if it fits into the budget, else newest first; texts and files in the thread."""
        deadline = time.perf_counter() + budget_s
        waiting = [part for part in self._parts if not part.taken and part.scanned < part.visible(self._horizon)]
        if self._filter.tree is not None and (away := [part for part in waiting if not part.chunk.at_hand]):
            self._hand_over(sorted(away, key=self._distance))
            waiting = [part for part in waiting if part.chunk.at_hand]
        if sum(map(self._seconds, waiting)) > budget_s:
            waiting.sort(key=self._distance)
            if self._filter.slow:
                return self._hand_over(waiting)
        for part in waiting:
            for piece in pieces(part, part.visible(self._horizon), self._filter):
                self._add(piece, piece.test(self._filter))
                if time.perf_counter() > deadline:
                    return None
        return None

    def _distance(self, part: Part) -> tuple[bool, int]:
        """How late a part is searched: what is looked at comes first, then the newest."""
        chunk, seq = part.chunk, self.looked_at
        return seq is None or not chunk.first_seq <= seq < chunk.next_seq, -chunk.first_seq

    def _seconds(self, part: Part) -> float:
        """How long it takes to scan what is left of a part, roughly."""
        rows = part.visible(self._horizon) - part.scanned
        if not self._filter.slow:
            return rows / ROWS_PER_SECOND
        return rows / part.chunk.rows * part.chunk.arena_bytes / BYTES_PER_SECOND

    def _hand_over(self, waiting: list[Part]) -> None:
        work = [piece for part in waiting for piece in pieces(part, part.visible(self._horizon), self._filter)]
        for part in waiting:
            part.taken = True
        self._searcher.begin(self._filter, work)

    def _add(self, piece: Piece, rows: NDArray[np.int64]) -> None:
        part = piece.part
        if not part.alive:
            return
        part.add(rows, piece.stop)
        if len(rows):
            place = self._parts.index(part)
            self._reset |= any(later.count for later in self._parts[place + 1 :])
            self._appended += len(rows)

    def _stop_search(self) -> None:
        self._searcher.cancel()
        for part in self._parts:
            part.taken = False
