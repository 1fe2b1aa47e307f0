"""Findings about budgets: how many events of each priority were late, and which was the worst."""

from __future__ import annotations

from collections.abc import Iterator

from app.session import Session
from app.store.store import Evicted
from app.topology.findings import Finding, FindingKind
from eventscope.event import EventPriority
from eventscope.step import Phase

__all__ = ["about_budgets"]


def about_budgets(session: Session) -> Iterator[Finding]:
    """One for each priority whose budget was not kept, the highest first."""
    for priority, count in sorted(session.breaches.counts().items(), reverse=True):
        if count:
            worst = session.breaches.worst(priority)
            tail, seq = (f", {what_was_worst(session, worst.seq, worst.value_ms)}", worst.seq) if worst else ("", None)
            many = f"{count:,} {priority.name} {'event' if count == 1 else 'events'}"
            text = f"{many} over budget{tail}."
            yield Finding(FindingKind.OVER_BUDGET, "", text, key=priority.name, seq=seq, filter=filter_of(priority))


def what_was_worst(session: Session, seq: int, value_ms: float) -> str:
    """The longest of the latest, and who took so long."""
    try:
        ((type_, who),) = session.store.cells([seq], ("type", "subscription"))
    except Evicted:
        type_ = who = None
    what = f": {type_}" if type_ else ""
    return f"the worst took {value_ms:,.3g} ms{what}{f' at {who}' if who else ''}"


def filter_of(priority: EventPriority) -> str:
    """The filter that shows handled events of a priority."""
    return f"priority:{priority.name.lower()} phase:{Phase.HANDLED.label},{Phase.FAILED.label}"
