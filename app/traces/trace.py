"""Building a trace: from the rows of one correlation to a tree, whatever their order and however many are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.store.store import Store
from app.traces.absent import explain_ghosts
from app.traces.delivery import OVER, STATES
from app.traces.events import CLOCK, CYCLE, DUPLICATE, REDELIVERED, SELF_PARENT, TracedEvent, events_of, place_of
from app.traces.meaning import meaning_of, write
from app.traces.nodes import NodeKind, Trace, TraceNode
from app.traces.rows import read_rows
from app.traces.spans import SPAN, name_spans
from app.traces.tree import Tree

__all__ = ["NodeKind", "Trace", "TraceNode", "build_trace"]

CLOSING: Final = frozenset(phase for phase, state in STATES.items() if state in OVER)
"""Steps after which nothing more comes of a delivery."""

MOST_ROWS: Final = 20_000
"""More than anybody reads; a trace of a million rows would take many seconds."""


def build_trace(
    store: Store,
    correlation_id: str,
    *,
    horizon: int | None = None,
    limit: int = MOST_ROWS,
    first_seq: int | None = None,
) -> Trace:
    """The trace of a correlation, of its first `limit` rows below number `horizon`.

    `first_seq` is the first row that ever came of it, for callers who know: it tells whether some were evicted.
    """
    seqs = store.correlated(correlation_id)
    if horizon is not None:
        seqs = seqs[seqs < horizon]
    rows = read_rows(store, seqs[:limit].tolist())
    events = events_of(rows)
    mark_twins(store, events)
    spans = name_spans(store, events)
    start = min((row.at for row in rows), default=0)
    tree, meaning = Tree(events, start), meaning_of(store, events)
    write(meaning, tree)
    explain_ghosts(store, tree.nodes, first_seq, spans)
    missing = missing_in(tree)
    return Trace(
        correlation_id=correlation_id,
        started_at=start,
        duration_ns=max((row.at for row in rows), default=0) - start,
        complete=bool(rows) and len(seqs) <= limit and not missing and all(map(is_over, events)),
        warnings=list(warnings(events, tree, missing, len(rows), len(seqs))),
        nodes=tree.nodes,
        parents_by_seq=tree.parents,
        depth_by_seq=tree.depths,
        index_of=tree.index_of,
        meaning=meaning,
    )


def mark_twins(store: Store, events: Iterable[TracedEvent]) -> None:
    """Say of events with the same source and id whether they are the same, or only called the same.

    A hop is the same by its nature; its twins are what came on the same channel.
    """
    alike: dict[object, list[TracedEvent]] = {}
    for event in events:
        if event.key is not None:
            where = (event.key, place_of(event.row)) if event.is_hop else event.key
            alike.setdefault(where, []).append(event)
    for twins in alike.values():
        if len(twins) > 1:
            same = all(same_payload(store, twins[0], twin) for twin in twins[1:])
            for twin in twins[1:] if same else twins:
                twin.badges.append(REDELIVERED if same else DUPLICATE)


def same_payload(store: Store, one: TracedEvent, other: TracedEvent) -> bool:
    """Whether two events carry the same bytes."""
    if one.row.size != other.row.size:
        return False
    ((first,), (second,)) = store.cells([one.row.seq, other.row.seq], ("payload",))
    return bool(first == second)


def is_over(event: TracedEvent) -> bool:
    """Whether nothing is known to be missing of an event, and all deliveries that are known of have ended."""
    if event.published is None or any(delivery.state not in OVER for delivery in event.deliveries):
        return False
    # Rows are counted, since two subscriptions may have one name.
    ended = sum(row.phase in CLOSING for row in event.steps)
    return ended >= (event.published.fanout or 0)


def missing_in(tree: Tree) -> list[str]:
    """Why each of the causes that were not captured was not; spans are never captured, so none of them is missing."""
    reasons = [str(badge) for node in tree.nodes if node.kind is NodeKind.GHOST for badge in node.badges]
    return [reason for reason in reasons if reason != SPAN]


def warnings(events: Sequence[TracedEvent], tree: Tree, missing: Sequence[str], shown: int, rows: int) -> Iterable[str]:
    """What a reader must know before trusting the picture, in sentences."""
    badges = [badge for node in tree.nodes for badge in node.badges]
    unpublished = sum(event.published is None for event in events)
    cut = badges.count(CYCLE) + badges.count(SELF_PARENT)
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
    if twins := badges.count(DUPLICATE):
        yield f"Events that share their id with a different event: {twins:,}."
    if backwards := badges.count(CLOCK):
        yield f"Steps before their cause: {backwards:,}. Clocks disagree, so the order is that of causes."
