"""TraceSummary: what the list of traces shows of one correlation, and how its state is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
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

    OPEN: something came lately, or a delivery is under way. COMPLETE: every delivery ended. STUCK: a delivery is
    overdue, or a service that usually takes a step in such traces did not. QUIET: nothing comes any more, and nobody
    can tell whether more should.
    """

    OPEN = "open"
    QUIET = "quiet"
    COMPLETE = "complete"
    STUCK = "stuck"


class TraceSummary(msgspec.Struct, frozen=True):
    """One correlation. Times are nanoseconds since the epoch.

    `root_seq` is the first published row seen of it (its first row when none was). `events` counts
    published rows, `errors` failures, dead letters and drops. `pending` counts the deliveries under
    way, None when the sources do not tell to how many subscriptions their events go. `services` counts
    those that took steps which can be undone, `tells` what failed, was given up or taken back.
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
    services: int = 0
    tells: int = 0


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
        ("services", "i8"),  # a bit for each service that took a step
        ("tells", "i8"),  # rows that tell of a failure, or of something taken back
    ]
)
"""One trace among many, as a row of a NumPy table."""

NAMES: Final = TRACE.names or ()


def summaries(
    correlation_ids: Sequence[str],
    traces: NDArray[Any],
    standing: Sequence[TraceState],
    texts: Iterable[Sequence[str | None]],
) -> list[TraceSummary]:
    """The summaries of rows of the table; `texts` are the root types, sources and producers of all."""
    columns = {name: traces[name].tolist() for name in NAMES}
    pending = [count if known else None for count, known in zip(columns["pending"], told(traces).tolist(), strict=True)]
    # In the order of the fields, which is the fastest way to fill hundreds of them.
    fields = (
        correlation_ids,
        columns["root"],
        *texts,
        *(columns[name] for name in ("first", "last", "started", "observed")),
        (traces["ended"] - traces["started"]).tolist(),
        *(columns[name] for name in ("rows", "events", "errors")),
        pending,
        standing,
        map(int.bit_count, columns["services"]),
        columns["tells"],
    )
    return list(map(TraceSummary, *fields))


def told(traces: NDArray[Any]) -> NDArray[np.bool_]:
    """Of which traces it is known how many deliveries are under way."""
    known: NDArray[np.bool_] = (traces["untold"] == 0) & (traces["pending"] >= 0) & (traces["events"] > 0)
    return known


def states(
    traces: NDArray[Any], usual_ns: NDArray[np.int64], now: int, usual_services: NDArray[np.int64] | None = None
) -> list[TraceState]:
    """The state of each of these traces at `now`, given how long traces of its root type take, and which services
    usually take steps in them.
    """
    silent = now - traces["observed"]
    known, pending = told(traces), traces["pending"] > 0
    overdue = silent > np.maximum(FRESH_NS, OVERDUE * usual_ns)
    wanted = 0 if usual_services is None else usual_services
    lacking = (traces["tells"] == 0) & ((wanted & ~traces["services"]) != 0)
    cases = [
        known & ~pending & ~lacking & (silent > SETTLED_NS),
        known & (pending | lacking) & overdue,
        (known & (pending | lacking)) | (silent < FRESH_NS),
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
