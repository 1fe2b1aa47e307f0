"""Building a trace: from the rows of one correlation to a tree, whatever their order and however many are missing."""

from __future__ import annotations

from app.store.chunk import Rows
from app.store.store import Store
from app.traces.growing import MOST_ROWS, GrowingTrace
from app.traces.long_trace import FIRST_ROWS, LONG, kinds_in, long_outcome
from app.traces.meaning import settle
from app.traces.nodes import NodeKind, Trace, TraceNode
from app.traces.saga import Outcome

__all__ = ["NodeKind", "Trace", "TraceNode", "build_trace"]


def build_trace(
    store: Store,
    correlation_id: str,
    *,
    horizon: int | None = None,
    limit: int = MOST_ROWS,
    first_seq: int | None = None,
) -> Trace:
    """The trace of a correlation, of its first `limit` rows below number `horizon`; raises Evicted.

    `first_seq` is the first row that ever came of it, for callers who know: it tells whether some were evicted.
    """
    growing = GrowingTrace(store, correlation_id, limit=limit, whole=True)
    trace = growing.trace(horizon=horizon, first_seq=first_seq)
    settle(trace, outcome_in(store, trace, growing.seqs))
    return trace


def outcome_in(store: Store, trace: Trace, seqs: Rows) -> Outcome | None:
    """What became of the saga that a trace of these rows is; of a long one its rows are counted by their types."""
    if len(seqs) <= LONG:
        return trace.saga.outcome if trace.saga else None
    return long_outcome(store, kinds_in(store, trace.correlation_id, int(seqs[-1]) + 1), seqs[:FIRST_ROWS].tolist())
