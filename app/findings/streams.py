"""Findings about streams: versions of aggregates that are missing, or that were given twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.session import Session
from app.topology.findings import Finding, FindingKind
from app.traces.streams import Anomaly

__all__ = ["about_streams"]

DROPPED: Final = " This monitor dropped rows, so it may be one of those."


def about_streams(session: Session, now: int) -> Iterator[Finding]:
    """Gaps and conflicts, those of one kind of aggregate at one source together."""
    alike: dict[tuple[str, str, bool], list[Anomaly]] = {}
    for anomaly in session.streams.anomalies(now):
        alike.setdefault((anomaly.source, anomaly.kind, anomaly.conflict), []).append(anomaly)
    for (source, kind, conflict), found in alike.items():
        last = found[-1]
        more = "" if len(found) == 1 else f" The same in {len(found) - 1:,} more."
        said = FindingKind.VERSION_CONFLICT if conflict else FindingKind.VERSION_GAP
        ours = DROPPED if session.intake.dropped_total and not conflict else ""
        yield Finding(said, "", f"{last.sentence}{more}{ours}", last.at, f"{source} {kind}", last.seq, last.trace)
