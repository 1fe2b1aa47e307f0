"""TracedEvent: an event of a trace with its deliveries, and by which other event it was caused.

Rows may come in any order, twice, or not at all, and ids may lie: what comes out is always a forest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.channel import channel_name
from app.traces.delivery import Delivery
from app.traces.facts import NO_FACTS, Facts
from app.traces.rows import TraceRow
from eventscope.step import Phase

SELF_PARENT: Final = "self-parent"
CYCLE: Final = "cycle"
DUPLICATE: Final = "duplicate id"
REDELIVERED: Final = "redelivered"
NOT_PUBLISHED: Final = "publish not captured"
CLOCK: Final = "clock"
NOT_CAPTURED: Final = "not captured"

GRAIN_NS: Final = 1_000_000
"""Brokers tell times in whole milliseconds: less than that between two times says nothing."""
SKEW_NS: Final = 50_000_000
"""By so much may times from two channels differ with nothing wrong: other machines' clocks, or times of arrival."""

Key = tuple[str, str]
"""Source and id: two sources may use the same id for different events."""

Place = tuple[str, str]
"""Source and channel: where an event was seen."""


@dataclass(slots=True, eq=False)
class TracedEvent:
    """`row` stands for the event: the `published` row, or the first step if that was not captured."""

    row: TraceRow
    published: TraceRow | None
    steps: list[TraceRow] = field(default_factory=list)
    """What else is told of it, in the order of numbers."""
    deliveries: Sequence[Delivery] = ()
    parent: TracedEvent | None = None
    is_hop: bool = False
    """Whether it is its parent once more, seen on another channel to which somebody passed it on."""
    missing: Key | None = None
    """The parent that it names and that was not captured."""
    badges: list[str] = field(default_factory=list)
    of_span: bool = False
    """Whether the cause that it names is a span, which is no event."""
    facts: Facts = NO_FACTS
    """What its headers and payload say of the process, once they were read."""

    @property
    def key(self) -> Key | None:
        """Source and id, if it has one."""
        return None if self.row.id is None else (self.row.source, self.row.id)


class Index:
    """The events of a trace by what others may call them; those with one name in the order of their time.

    Nearly every event has an id of its own. Only those that share one are told apart by source and by place.
    """

    def __init__(self, rows: Sequence[TraceRow]) -> None:
        self.events: list[TracedEvent] = []
        self._by_id: dict[str, list[TracedEvent]] = {}
        self._by_key: dict[Key, list[TracedEvent]] = {}
        self._by_place: dict[tuple[Place, str], list[TracedEvent]] = {}
        for row in rows:
            if row.phase == Phase.PUBLISHED:
                self._begin(TracedEvent(row, row))
        self._sort()
        for row in rows:
            if row.phase != Phase.PUBLISHED:
                self._add_step(row)
        self._sort()

    def join_hops(self) -> None:
        """Find the events that were seen before on another channel: the same id and type in one trace."""
        for twins in self._by_id.values():
            by_type: dict[str | None, list[TracedEvent]] = {}
            for twin in twins if len(twins) > 1 else ():
                by_type.setdefault(twin.row.type, []).append(twin)
            for same in by_type.values():
                join(same)

    def called(self, row: TraceRow, id_: str) -> Sequence[TracedEvent]:
        """The events with an id that may be meant by a row: on its own channel, in its own source, or else all."""
        return self._called(row, id_) or self._by_id[id_]

    def _begin(self, event: TracedEvent) -> None:
        self.events.append(event)
        id_ = event.row.id
        if id_ is None:
            return
        twins = self._by_id.get(id_)
        if twins is None:
            self._by_id[id_] = [event]
            return
        if len(twins) == 1:
            self._tell_apart(twins[0], id_)
        twins.append(event)
        self._tell_apart(event, id_)

    def _tell_apart(self, event: TracedEvent, id_: str) -> None:
        self._by_key.setdefault((event.row.source, id_), []).append(event)
        self._by_place.setdefault((place_of(event.row), id_), []).append(event)

    def _sort(self) -> None:
        for names in (self._by_id, self._by_key, self._by_place):
            for twins in names.values():
                if len(twins) > 1:
                    twins.sort(key=order)

    def _add_step(self, row: TraceRow) -> None:
        twins = self._called(row, row.id) if row.id is not None else None
        if twins:
            latest(twins, row).steps.append(row)
        else:
            self._begin(TracedEvent(row, None, [row], badges=[NOT_PUBLISHED]))

    def _called(self, row: TraceRow, id_: str) -> Sequence[TracedEvent] | None:
        """The events with this id that are near to a row."""
        twins = self._by_id.get(id_)
        if twins is None or len(twins) == 1:
            return twins if twins and twins[0].row.source == row.source else None
        twins = self._by_key.get((row.source, id_))
        if twins is None or len(twins) == 1:
            return twins
        return self._by_place.get((place_of(row), id_)) or twins


def place_of(row: TraceRow) -> Place:
    """Where a row was seen."""
    return row.source, channel_name(row.channel or "")


def order(event: TracedEvent) -> tuple[int, bool, int]:
    """By time; of those in one millisecond first that of a bus, which tells to how many it goes."""
    return moment(event.row)


def moment(row: TraceRow) -> tuple[int, bool, int]:
    """The order of a row among others."""
    return row.at // GRAIN_NS, row.fanout is None, row.seq


def is_early(event: TracedEvent) -> bool:
    """Whether an event came before its cause, by more than clocks are known to differ."""
    above = event.parent
    if above is None or event.row.at > above.row.at - GRAIN_NS:
        return False
    return place_of(event.row) == place_of(above.row) or event.row.at <= above.row.at - SKEW_NS


def join(twins: Sequence[TracedEvent]) -> None:
    """Make each of these, in the order of time, a hop from the last one before it that was seen elsewhere."""
    last: TracedEvent = twins[0]
    elsewhere: TracedEvent | None = None
    for twin in twins[1:]:
        if place_of(twin.row) != place_of(last.row):
            elsewhere = last
        last = twin
        if elsewhere is not None:
            twin.parent, twin.is_hop = elsewhere, True


def latest(twins: Sequence[TracedEvent], row: TraceRow) -> TracedEvent:
    """Of events with one id the latest up to a row, or the first if all came later."""
    return twins[max(bisect_right(twins, moment(row), key=order) - 1, 0)] if len(twins) > 1 else twins[0]


def number(event: TracedEvent) -> int:
    """The number of the row that stands for an event."""
    return event.row.seq


def deliveries_of(steps: Sequence[TraceRow]) -> list[Delivery]:
    """The deliveries that the steps of one event tell of, one for each subscription."""
    by_subscription: dict[str | None, list[TraceRow]] = {}
    for row in steps:
        by_subscription.setdefault(row.subscription, []).append(row)
    return [Delivery(of_one) for of_one in by_subscription.values()]


def cut_cycles(events: Sequence[TracedEvent]) -> bool:
    """Make the earliest event of each cycle of causes a root; whether there was any."""
    found = False
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
            first.parent, first.is_hop = None, False
            first.badges.append(CYCLE)
            found = True
        done.update(path)
    return found
