"""All findings of a session. Each part looks at what is counted already, so that looking costs little."""

from __future__ import annotations

from app.findings.budgets import about_budgets
from app.findings.gauges import about_gauges
from app.findings.sagas import about_sagas, about_standstill
from app.findings.streams import about_streams
from app.session import Session
from app.topology.findings import Finding
from app.topology.map import TopologyMap

__all__ = ["find_all"]


def find_all(session: Session, now: int, drawn: TopologyMap) -> list[Finding]:
    """What is probably wrong at `now` (ns since the epoch); `drawn` is the map at that time."""
    return [
        *about_sagas(session, now),
        *about_standstill(session, now),
        *about_streams(session, now),
        *session.topology.findings(now, drawn),
        *about_budgets(session),
        *about_gauges(session),
    ]
