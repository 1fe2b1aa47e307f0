"""A growing trace: put together once, then only what is new is read, linked and laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np

from app.store.chunk import Rows
from app.store.store import Store
from app.traces.absent import explain_ghosts
from app.traces.delivery import OVER, STATES
from app.traces.events import CLOCK, CYCLE, DUPLICATE, SELF_PARENT, TracedEvent
from app.traces.forest import Forest
from app.traces.meaning import Meaning, Reader
from app.traces.nodes import Trace, TraceNode
from app.traces.rows import read_rows
from app.traces.spans import SPAN
from app.traces.tree import Tree

__all__ = ["MOST_ROWS", "GrowingTrace"]

CLOSING: Final = frozenset(phase for phase, state in STATES.items() if state in OVER)
"""Steps after which nothing more comes of a delivery."""

MOST_ROWS: Final = 20_000
"""More than anybody reads; a trace of a million rows would take many seconds."""

NO_ROWS: Final = np.empty(0, np.int64)


class GrowingTrace:
    """The first `limit` rows of a correlation. What it gives shares its nodes with what it gives the next time.

    `whole` says that the saga is told by all events, however many; else by the first ones.
    """

    def __init__(self, store: Store, correlation_id: str, *, limit: int = MOST_ROWS, whole: bool = False) -> None:
        self.seqs: Rows = NO_ROWS
        """The rows of the trace, those beyond the limit as well."""
        self._store = store
        self.correlation_id = correlation_id
        self._limit = limit
        self._whole = whole
        self._begin()

    def trace(self, *, horizon: int | None = None, first_seq: int | None = None) -> Trace:
        """The trace as it stands, of rows below number `horizon`; raises Evicted.

        `first_seq` is the first row that ever came of it, if known: it tells whether some were evicted.
        """
        try:
            seqs = self._store.correlated(self.correlation_id)
            self.seqs = seqs if horizon is None else seqs[seqs < horizon]
            shown = self.seqs[: self._limit]
            if not np.array_equal(shown[: len(self._shown)], self._shown):
                self._begin()
            return self._grow(shown, first_seq)
        except BaseException:
            self._begin()  # what is half taken in would be taken in twice; what goes on in a thread has its own nodes
            raise

    def _begin(self) -> None:
        self._shown: Rows = NO_ROWS
        self._forest = Forest(self._store)
        self._tree = Tree()
        self._reader = Reader(self._store, whole=self._whole)
        self._meaning: Meaning | None = None
        self._first_at, self._last_at = 2**63, -(2**63)
        self._unfinished: set[TracedEvent] = set()

    def _grow(self, shown: Rows, first_seq: int | None) -> Trace:
        if len(shown) > len(self._shown) or self._meaning is None:
            self._take(shown)
        ghosts = explain_ghosts(self._store, self._tree.nodes, first_seq, {key[1] for key in self._forest.spans.shared})
        return self._told([reason for reason in ghosts if reason != SPAN])

    def _take(self, shown: Rows) -> None:
        rows = read_rows(self._store, shown[len(self._shown) :].tolist())
        growth = self._forest.add(rows)
        if self._forest.is_tangled and len(self._shown):
            # Where circles of causes are cut depends on all events.
            self._begin()
            return self._take(shown)
        times = [row.at for row in rows]
        self._first_at, self._last_at = min((self._first_at, *times)), max((self._last_at, *times))
        self._tree.grow(growth, self._first_at)
        self._meaning = self._reader.read(growth, self._tree)
        self._unfinished -= growth.removed | growth.stepped
        changed = (*growth.added, *growth.stepped)
        self._unfinished.update(event for event in changed if not is_over(event))
        self._shown = shown

    def _told(self, missing: Sequence[str]) -> Trace:
        count, began = len(self._shown), self._first_at if len(self._shown) else 0
        is_whole = 0 < len(self.seqs) <= self._limit
        saga = self._meaning.saga if self._meaning else None
        return Trace(
            correlation_id=self.correlation_id,
            started_at=began,
            duration_ns=self._last_at - began if count else 0,
            complete=is_whole and not missing and not self._unfinished,
            warnings=list(warnings(self._forest.events, self._tree.nodes, missing, count, len(self.seqs))),
            nodes=self._tree.nodes,
            tree=self._tree,
            meaning=self._meaning,
            outcome=saga.outcome if saga else None,
        )


def is_over(event: TracedEvent) -> bool:
    """Whether nothing is known to be missing of an event, and all deliveries that are known of have ended."""
    if event.published is None or any(delivery.state not in OVER for delivery in event.deliveries):
        return False
    # Rows are counted, since two subscriptions may have one name.
    ended = sum(row.phase in CLOSING for row in event.steps)
    return ended >= (event.published.fanout or 0)


def warnings(
    events: Collection[TracedEvent], nodes: Sequence[TraceNode], missing: Sequence[str], shown: int, rows: int
) -> Iterator[str]:
    """What a reader must know before trusting the picture, in sentences."""
    badges = Counter(chain.from_iterable(node.badges for node in nodes if node.badges))
    unpublished = sum(event.published is None for event in events)
    cut = badges[CYCLE] + badges[SELF_PARENT]
    if shown < rows:
        yield f"Only the first {shown:,} of {rows:,} rows are shown."
    if not rows:
        yield "No row of this trace is kept."
    if missing:
        yield f"Causes not captured: {len(missing):,} ({', '.join(sorted({*missing}))})."
    if spans := sum(event.of_span for event in events):
        yield f"Events that name a span of their sender as their cause: {spans:,}. Which event it was is not known."
    if unpublished:
        yield f"Events whose publishing was not captured: {unpublished:,}. Only what came later is shown."
    if cut:
        yield f"Links cut: {cut:,}. An event named itself or one of its own effects as its cause."
    if twins := badges[DUPLICATE]:
        yield f"Events that share their id with a different event: {twins:,}."
    if backwards := badges[CLOCK]:
        yield f"Steps before their cause: {backwards:,}. Clocks disagree, so the order is that of causes."
