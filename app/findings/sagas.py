"""Findings about processes: sagas in which something was left behind, and traces that came to a standstill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.session import Session
from app.topology.findings import SECOND, Finding, FindingKind, duration
from app.traces.saga import Outcome
from app.traces.summary import TraceSummary

__all__ = ["about_sagas", "about_standstill"]

MOST_LOOKED_AT: Final = 500
"""Of the latest traces."""


def about_sagas(session: Session, now: int) -> Iterator[Finding]:
    """Sagas whose earlier steps were not undone, those that failed alike together."""
    alike: dict[tuple[str, ...], list[tuple[TraceSummary, str, Outcome]]] = {}
    for trace, verdict in session.sagas.broken(now, MOST_LOOKED_AT):
        if (outcome := verdict.outcome) is not None:
            parts = (*outcome.failures[:1], *outcome.left)
            alike.setdefault(parts, []).append((trace, verdict.name, outcome))
    for parts, found in alike.items():
        trace, name, outcome = found[0]
        text = sentence(f"{trace.root_type or 'trace'} {name or trace.correlation_id}", outcome, len(found) - 1)
        since = min(each.last_at for each, _, _ in found)
        kind = FindingKind.LEFT_BEHIND
        yield Finding(kind, "", text, since, " ".join(parts), outcome.seq, trace.correlation_id)


def sentence(what: str, outcome: Outcome, more: int) -> str:
    """What happened, and how often besides."""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    was = "was" if len(outcome.left) == 1 else "were"
    same = f" The same in {more:,} more." if more else ""
    return f"{what}: {outcome.failures[0]}{reason}, and {' and '.join(outcome.left)} {was} not undone.{same}"


def about_standstill(session: Session, now: int) -> Iterator[Finding]:
    """Traces in which a delivery is overdue, those that began alike together."""
    alike: dict[str, list[TraceSummary]] = {}
    for trace in session.traces.stuck(MOST_LOOKED_AT, now):
        alike.setdefault(trace.root_type or "(no type)", []).append(trace)
    for type_, traces in alike.items():
        last = traces[0]
        age = duration(max((now - last.last_at) // SECOND, 0))
        many = f"1 trace of {type_} stands" if len(traces) == 1 else f"{len(traces):,} traces of {type_} stand"
        why = (
            "a delivery was begun or announced and never ended" if last.pending else "a step that is usual did not come"
        )
        text = f"{many} still for {age}: {why}."
        yield Finding(
            FindingKind.STUCK, "", text, min(t.last_at for t in traces), type_, last.last_seq, last.correlation_id
        )
