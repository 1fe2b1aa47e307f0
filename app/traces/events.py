"""TracedEvent: an event of a trace with its deliveries, and by which other event it was caused.

Rows may come in any order, twice, or not at all, and ids may lie: what comes out is always a forest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.traces.delivery import Delivery
from app.traces.rows import TraceRow
from eventscope.step import Phase

SELF_PARENT: Final = "self-parent"
CYCLE: Final = "cycle"
DUPLICATE: Final = "duplicate id"
REDELIVERED: Final = "redelivered"
NOT_PUBLISHED: Final = "publish not captured"
CLOCK: Final = "clock"
NOT_CAPTURED: Final = "not captured"

Key = tuple[str, str]
"""Source and id: two sources may use the same id for different events."""


@dataclass(slots=True, eq=False)
class TracedEvent:
    """`row` stands for the event: the `published` row, or the first step if that was not captured."""

    row: TraceRow
    published: TraceRow | None
    steps: list[TraceRow] = field(default_factory=list)
    """What else is told of it, in the order of numbers."""
    deliveries: list[Delivery] = field(default_factory=list)
    parent: TracedEvent | None = None
    missing: Key | None = None
    """The parent that it names and that was not captured."""
    badges: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key | None:
        """Source and id, if it has one."""
        return None if self.row.id is None else (self.row.source, self.row.id)


def events_of(rows: Sequence[TraceRow]) -> list[TracedEvent]:
    """The events that these rows, ascending by number, tell of, each linked to its cause."""
    index = Index(rows)
    for event in index.events:
        event.deliveries = deliveries_of(event.steps)
        index.link(event)
    cut_cycles(index.events)
    return index.events


class Index:
    """The events of a trace by what others may call them."""

    def __init__(self, rows: Sequence[TraceRow]) -> None:
        self.events: list[TracedEvent] = []
        self._by_key: dict[Key, list[TracedEvent]] = {}
        self._by_id: dict[str, list[TracedEvent]] = {}
        for row in rows:
            if row.phase == Phase.PUBLISHED:
                self._begin(TracedEvent(row, row))
        for row in rows:
            if row.phase != Phase.PUBLISHED:
                self._add_step(row)
        for twins in self._by_id.values():
            twins.sort(key=number)

    def link(self, event: TracedEvent) -> None:
        """Find the parent, first in the event's own source, then in the others."""
        row = event.row
        if row.causation_id is None:
            return
        if row.causation_id == row.id:
            event.badges.append(SELF_PARENT)
            return
        key = row.source, row.causation_id
        parents = self._by_key.get(key) or self._by_id.get(row.causation_id)
        if parents:
            event.parent = latest(parents, row.seq)
        else:
            event.missing = key

    def _begin(self, event: TracedEvent) -> None:
        self.events.append(event)
        row = event.row
        if row.id is not None:
            self._by_key.setdefault((row.source, row.id), []).append(event)
            self._by_id.setdefault(row.id, []).append(event)

    def _add_step(self, row: TraceRow) -> None:
        twins = self._by_key.get((row.source, row.id)) if row.id is not None else None
        if twins:
            latest(twins, row.seq).steps.append(row)
        else:
            self._begin(TracedEvent(row, None, [row], badges=[NOT_PUBLISHED]))


def number(event: TracedEvent) -> int:
    """The number of the row that stands for an event."""
    return event.row.seq


def latest(twins: Sequence[TracedEvent], seq: int) -> TracedEvent:
    """Of events with one id the latest up to row `seq`, or the first if all came later."""
    return twins[max(bisect_right(twins, seq, key=number) - 1, 0)]


def deliveries_of(steps: Sequence[TraceRow]) -> list[Delivery]:
    """The deliveries that the steps of one event tell of, one for each subscription."""
    by_subscription: dict[str | None, list[TraceRow]] = {}
    for row in steps:
        by_subscription.setdefault(row.subscription, []).append(row)
    return [Delivery(of_one) for of_one in by_subscription.values()]


def cut_cycles(events: Sequence[TracedEvent]) -> None:
    """Make the earliest event of each cycle of causes a root."""
    done: set[int] = set()
    for start in events:
        path: dict[int, TracedEvent] = {}
        event: TracedEvent | None = start
        while event is not None and id(event) not in done and id(event) not in path:
            path[id(event)] = event
            event = event.parent
        if event is not None and id(event) in path:
            passed = list(path)
            cycle = [path[key] for key in passed[passed.index(id(event)) :]]
            first = min(cycle, key=number)
            first.parent = None
            first.badges.append(CYCLE)
        done.update(path)
