"""Forest: the events of a trace, each linked to its cause, growing with the rows that come.

What events say of each other goes by their ids. So rows change only the events that are called like them, and those
that name these as their cause; all others stay the objects that they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.store.store import Store
from app.traces.events import NOT_PUBLISHED, SELF_PARENT, Index, TracedEvent, cut_cycles, deliveries_of, latest
from app.traces.rows import TraceRow
from app.traces.spans import Spans
from app.traces.twins import mark_twins
from eventscope.step import Phase

__all__ = ["Forest", "Growth"]


@dataclass(slots=True)
class Growth:
    """What rows changed: events that are new or no more, those of which more is told, those with another cause."""

    added: list[TracedEvent] = field(default_factory=list)
    removed: set[TracedEvent] = field(default_factory=set)
    stepped: set[TracedEvent] = field(default_factory=set)
    moved: set[TracedEvent] = field(default_factory=set)


class Forest:
    """`events` are those of all rows so far. Once a circle of causes was cut it `is_tangled`: it cannot grow then."""

    def __init__(self, store: Store) -> None:
        self.events: dict[TracedEvent, None] = {}
        self.is_tangled = False
        self.spans = Spans(store)
        self._store = store
        self._rows: dict[str, list[TraceRow]] = {}
        self._named: dict[str, list[TracedEvent]] = {}
        self._groups: dict[str, Index] = {}
        """Of the ids that several events share."""
        self._effects: dict[str, dict[TracedEvent, None]] = {}
        """Events by the id that they name as their cause."""
        self._goes_back = False

    def add(self, rows: Iterable[TraceRow]) -> Growth:
        """Take in rows whose numbers are above those of all before; raises Evicted."""
        growth, by_id, renamed = Growth(), dict[str, list[TraceRow]](), set[str]()
        for row in rows:
            if row.id is None:
                self._begin(lone(row), growth)
            else:
                by_id.setdefault(row.id, []).append(row)
        for id_, new in by_id.items():
            self._rows.setdefault(id_, []).extend(new)
            if not self._step(id_, new, growth):
                self._regroup(id_, growth)
                renamed.add(id_)
        self._link(renamed, growth)
        return growth

    def _step(self, id_: str, new: Sequence[TraceRow], growth: Growth) -> bool:
        """Add steps to the one event that is called so, if they can be of no other."""
        named = self._named.get(id_, ())
        if len(named) != 1 or named[0].published is None or not all(is_step_of(named[0], row) for row in new):
            return False
        event = named[0]
        event.steps += new
        event.deliveries = deliveries_of(event.steps)
        growth.stepped.add(event)
        return True

    def _regroup(self, id_: str, growth: Growth) -> None:
        """Tell the events anew that are called so."""
        rows = self._rows[id_]
        for event in self._named.get(id_, ()):
            self._end(event, growth)
        if (one := simple(rows)) is not None:
            self._named[id_] = [one]
        else:
            index = self._groups[id_] = Index(rows)
            index.join_hops()
            mark_twins(self._store, index.events)
            self._named[id_] = index.events
        for each in self._named[id_]:
            self._begin(each, growth)

    def _begin(self, event: TracedEvent, growth: Growth) -> None:
        event.deliveries = deliveries_of(event.steps) if event.steps else ()
        self.events[event] = None
        growth.added.append(event)
        if (cause := event.row.causation_id) is not None:
            self._effects.setdefault(cause, {})[event] = None

    def _end(self, event: TracedEvent, growth: Growth) -> None:
        del self.events[event]
        growth.removed.add(event)
        if (cause := event.row.causation_id) is not None:
            del self._effects[cause][event]

    def _link(self, renamed: Iterable[str], growth: Growth) -> None:
        """Find the causes of what is new, and of what names something new."""
        effects = {event for id_ in renamed for event in self._effects.get(id_, ())}
        growth.moved = effects.difference(growth.added)
        linked = [*growth.added, *growth.moved]
        for event in linked:
            self._find_cause(event)
        growth.moved.update(self.spans.take(linked, growth.removed).difference(growth.added))
        self._goes_back = self._goes_back or any(map(is_before_its_cause, linked))
        if self._goes_back:
            self.is_tangled = cut_cycles(list(self.events)) or self.is_tangled

    def _find_cause(self, event: TracedEvent) -> None:
        """On the event's own channel, in its own source, or else in the others."""
        row = event.row
        if event.is_hop or row.causation_id is None:
            return
        event.parent = event.missing = None
        event.of_span = False
        if row.causation_id == row.id:
            event.badges.append(SELF_PARENT)
        elif named := self._named.get(row.causation_id):
            of_id = named if len(named) == 1 else self._groups[row.causation_id].called(row, row.causation_id)
            event.parent = latest(of_id, row)
        else:
            event.missing = row.source, row.causation_id


def is_step_of(event: TracedEvent, row: TraceRow) -> bool:
    """Whether a row of the same id tells more of an event, rather than of another one."""
    return row.phase != Phase.PUBLISHED and row.source == event.row.source


def is_before_its_cause(event: TracedEvent) -> bool:
    """Whether an event has a lower number than its cause."""
    return event.parent is not None and event.parent.row.seq >= event.row.seq


def lone(row: TraceRow) -> TracedEvent:
    """The event that one row without an id tells of."""
    if row.phase == Phase.PUBLISHED:
        return TracedEvent(row, row)
    return TracedEvent(row, None, [row], badges=[NOT_PUBLISHED])


def simple(rows: Sequence[TraceRow]) -> TracedEvent | None:
    """The one event that these rows of one id tell of, if they clearly do: it was published once, all in one source."""
    published = [row for row in rows if row.phase == Phase.PUBLISHED]
    if len(published) != 1 or any(row.source != published[0].source for row in rows):
        return None
    return TracedEvent(published[0], published[0], [row for row in rows if row.phase != Phase.PUBLISHED])
