"""Findings about gauges: a cache that answers less and less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from app.gauges import Gauge
from app.session import Session
from app.topology.findings import Finding, FindingKind
from app.traces.wording import words_of

__all__ = ["about_gauges"]

LATEST: Final = 5
"""Values that say how it is now."""
LEAST: Final = 15
"""Values below which nothing is said."""
DROP: Final = 0.9
"""A rate that is below this part of what it was has dropped."""


def about_gauges(session: Session) -> Iterator[Finding]:
    """Hit rates that have dropped."""
    for gauge in session.gauges.all:
        if is_hit_rate(gauge.name) and len(gauge.values) >= LEAST:
            before, now = means(gauge)
            if now < DROP * before:
                text = (
                    f"{gauge.name} of {gauge.producer or 'an unknown producer'} dropped from {before:.3g} to {now:.3g}."
                )
                yield Finding(FindingKind.HIT_RATE, "", text, key=f"{gauge.producer} {gauge.name}", seq=gauge.seq)


def is_hit_rate(name: str) -> bool:
    """Whether a gauge says how often a cache had the answer."""
    words = set(words_of(name))
    return bool(words & {"hit", "hits"}) and bool(words & {"rate", "ratio", "percent", "share"})


def means(gauge: Gauge) -> tuple[float, float]:
    """The mean of the older values, and of the latest."""
    older = list(islice(gauge.values, len(gauge.values) - LATEST))
    latest = list(islice(gauge.values, len(gauge.values) - LATEST, None))
    return sum(older) / len(older), sum(latest) / len(latest)
