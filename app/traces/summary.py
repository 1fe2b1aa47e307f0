"""TraceSummary: what the list of traces shows of one correlation, and how its state is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SECOND: Final = 1_000_000_000
"""Nanoseconds."""

SETTLED_NS: Final = 1 * SECOND
"""A trace whose deliveries have all ended is complete when it stayed so for this long."""
FRESH_NS: Final = 5 * SECOND
"""A trace is open while its last row is younger than this."""
OVERDUE: Final = 3
"""A delivery is overdue after this many times the usual duration of such traces."""


class TraceState(StrEnum):
    """How a trace stands.

    OPEN: something came lately, or a delivery is under way. COMPLETE: every delivery ended. STUCK: a
    delivery is overdue. QUIET: nothing comes any more, and nobody can tell whether more should.
    """

    OPEN = "open"
    QUIET = "quiet"
    COMPLETE = "complete"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One correlation. Times are nanoseconds since the epoch.

    `root_seq` is the first published row seen of it (its first row when none was). `events` counts
    published rows, `errors` failures, dead letters and drops. `pending` counts the deliveries under
    way, None when the sources do not tell to how many subscriptions their events go.
    """

    correlation_id: str
    root_seq: int
    root_type: str | None
    source: str | None
    producer: str | None
    first_seq: int
    last_seq: int
    started_at: int
    last_at: int
    duration_ns: int
    rows: int
    events: int
    errors: int
    pending: int | None
    state: TraceState


TRACE = np.dtype(
    [
        ("first", "i8"),  # sequence numbers
        ("last", "i8"),
        ("root", "i8"),
        ("rooted", "i8"),  # 1 once the root is a published row
        ("type", "i8"),  # codes of the root's texts
        ("source", "i8"),
        ("producer", "i8"),
        ("started", "i8"),  # ns since the epoch, as the source's clock tells
        ("ended", "i8"),
        ("observed", "i8"),  # ns since the epoch, our clock: the latest row
        ("rows", "i8"),
        ("events", "i8"),
        ("errors", "i8"),
        ("pending", "i8"),  # deliveries announced and not yet ended
        ("untold", "i8"),  # published rows that do not say to how many they go
    ]
)
"""One trace among many, as a row of a NumPy table."""


def summary(
    correlation_id: str,
    trace: np.void,
    state: TraceState,
    root_type: str | None,
    source: str | None,
    producer: str | None,
) -> TraceSummary:
    """The summary of one row of the table."""
    return TraceSummary(
        correlation_id=correlation_id,
        root_seq=int(trace["root"]),
        root_type=root_type,
        source=source,
        producer=producer,
        first_seq=int(trace["first"]),
        last_seq=int(trace["last"]),
        started_at=int(trace["started"]),
        last_at=int(trace["observed"]),
        duration_ns=int(trace["ended"] - trace["started"]),
        rows=int(trace["rows"]),
        events=int(trace["events"]),
        errors=int(trace["errors"]),
        pending=int(trace["pending"]) if told(trace) else None,
        state=state,
    )


def told(traces: NDArray[Any] | np.void) -> NDArray[np.bool_]:
    """Of which traces it is known how many deliveries are under way."""
    known: NDArray[np.bool_] = (traces["untold"] == 0) & (traces["pending"] >= 0) & (traces["events"] > 0)
    return known


def states(traces: NDArray[Any], usual_ns: NDArray[np.int64], now: int) -> list[TraceState]:
    """The state of each of these traces at `now`, given how long traces of its root type take."""
    silent = now - traces["observed"]
    known, pending = told(traces), traces["pending"] > 0
    overdue = silent > np.maximum(FRESH_NS, OVERDUE * usual_ns)
    cases = [
        known & ~pending & (silent > SETTLED_NS),
        known & pending & overdue,
        (known & pending) | (silent < FRESH_NS),
    ]
    order = [TraceState.COMPLETE, TraceState.STUCK, TraceState.OPEN, TraceState.QUIET]
    return [order[i] for i in np.select(cases, [0, 1, 2], 3).tolist()]


def usual_durations(traces: NDArray[Any], types: int) -> NDArray[np.int64]:
    """The median duration of the ended ones among `traces`, by code of the root type; 0 where none is."""
    ended = traces[told(traces) & (traces["pending"] == 0)]
    duration = ended["ended"] - ended["started"]
    order = np.lexsort((duration, ended["type"]))
    counts = np.bincount(ended["type"], minlength=types)
    middle = np.cumsum(counts) - counts + counts // 2
    usual = np.zeros(types, np.int64)
    seen = counts > 0
    usual[seen] = duration[order[middle[seen]]]
    return usual
