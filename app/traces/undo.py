"""Undo: which event of a trace takes back which earlier one, told from what the events themselves say.

In this order: an event that names what it compensates; steps of a saga that are numbered, negative when they are
undone; activities of a routing slip; and last the names of the types (app/traces/wording.py), where the identities in
the payloads do not speak against it. What is undone always lies earlier in causal order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.traces.events import TracedEvent
from app.traces.facts import NO_FACTS, Facts
from app.traces.wording import Wording, wording

__all__ = ["CausalOrder", "Undo", "undos"]

MOST_BACK: Final = 500
"""So many events are looked back at; what lies further back was another process."""

FIRST: Final = (-(2**63), -1, 0)
"""The place before all."""
LAST: Final = (2**63, 0, 0)
"""The place behind all."""

Known = Mapping[TracedEvent, Facts]


@dataclass(slots=True)
class Undo:
    """`event` takes back `target`, and with it `covers`: everything else of the same subject that had been done."""

    event: TracedEvent
    target: TracedEvent
    covers: list[TracedEvent] = field(default_factory=list)


class CausalOrder:
    """Events with each cause before its effects, whatever their clocks say, else by time and number."""

    def __init__(self) -> None:
        self.events: list[TracedEvent] = []
        self._places: dict[TracedEvent, tuple[int, int, int]] = {}

    def change(self, gone: Collection[TracedEvent], new: Sequence[TracedEvent]) -> int:
        """Take events out and others in, which may be the same with other causes; the first place that changed."""
        before = min((self._places.pop(event) for event in gone), default=LAST)
        self.events = [event for event in self.events if event in self._places] if gone else self.events
        for event in new:
            self._place(event)
        place = self._places.__getitem__
        first = bisect_left(self.events, min(min(map(place, new), default=LAST), before), key=place)
        self.events[first:] = sorted((*self.events[first:], *new), key=place)
        return first

    def _place(self, event: TracedEvent) -> None:
        places, way = self._places, []
        above: TracedEvent | None = event
        while above is not None and above not in places:
            way.append(above)
            above = above.parent
        at, depth, _ = places[above] if above is not None else FIRST
        for below in reversed(way):
            at, depth = max(at, below.row.at), depth + 1
            places[below] = at, depth, below.row.seq


def undos(
    ordered: Sequence[TracedEvent], known: Known, before: Mapping[TracedEvent, Undo] | None = None, first: int = 0
) -> dict[TracedEvent, Undo]:
    """What each of these events, in causal order, takes back; `before` has this of those below place `first`."""
    found = {event: before[event] for event in ordered[:first] if event in before} if before else {}
    undone = {event for undo in found.values() for event in (undo.target, *undo.covers)}
    failed = any(wording(event.row.type).failure for event in ordered[:first])
    begin = max(first - MOST_BACK, 0)
    said = [(event, wording(event.row.type)) for event in ordered[begin:]]
    for place, (event, words) in enumerate(said[first - begin :], first - begin):
        if not event.is_hop and may_undo(words, known.get(event, NO_FACTS), failed=failed):
            back = [(other, each) for other, each in said[max(place - MOST_BACK, 0) : place] if not other.is_hop]
            if undo := undo_of(event, words, back, known, undone):
                found[event] = undo
                undone.update((undo.target, *undo.covers))
        failed = failed or words.failure
    return found


def may_undo(words: Wording, facts: Facts, *, failed: bool) -> bool:
    """Whether an event says anything of taking back; `failed` says that a failure came before."""
    told = facts.compensates is not None or facts.step is not None
    return told or (words.undoes is not None and (failed or not words.answers))


Said = Sequence[tuple[TracedEvent, Wording]]


def undo_of(event: TracedEvent, words: Wording, before: Said, known: Known, undone: set[TracedEvent]) -> Undo | None:
    """What one event takes back of those before it."""
    facts = known.get(event, NO_FACTS)
    earlier = [other for other, _ in before]
    if target := named(facts, earlier) or step_of(facts, words, earlier, known):
        return Undo(event, target)
    can = [other for other, said in before if takes_back(words, said) and agree(facts, known.get(other, NO_FACTS))]
    if not can:
        return None
    target = max(reversed(can), key=lambda other: closeness(event, words, other, undone))
    return Undo(event, target, [other for other in can if other is not target and other not in undone])


def named(facts: Facts, earlier: Sequence[TracedEvent]) -> TracedEvent | None:
    """The event that another one says it compensates, by its id or else its type."""
    if (wanted := facts.compensates) is None:
        return None
    by_id = (event for event in reversed(earlier) if event.row.id == wanted)
    by_type = (event for event in reversed(earlier) if event.row.type == wanted)
    return next(by_id, None) or next(by_type, None)


def step_of(facts: Facts, words: Wording, earlier: Sequence[TracedEvent], known: Known) -> TracedEvent | None:
    """The step that is undone, where steps are numbered or named."""
    if facts.step is None:
        return None
    if facts.step.startswith("-"):
        wanted = facts.step[1:]
    elif words.undoes is not None:
        wanted = facts.step
    else:
        return None
    alike = (event for event in reversed(earlier) if known.get(event, NO_FACTS).step == wanted)
    return next((event for event in alike if agree(facts, known[event])), None)


def takes_back(undo: Wording, done: Wording) -> bool:
    """Whether the names fit: the same subject, and a verb that can be taken back so."""
    if done.failure or done.undoes is not None or not undo.subject or undo.undoes is None:
        return False
    if undo.answers:
        return undo.subject == done.subject and done.verb in undo.undoes
    if not undo.undoes:
        return undo.subject in (done.stems, done.subject) or (done.reversible and undo.subject <= done.stems)
    fits = done.reversible and not undo.undoes.isdisjoint(done.stems)
    return undo.subject == done.stems or (fits and not undo.subject.isdisjoint(done.stems))


def agree(one: Facts, other: Facts) -> bool:
    """Whether no identity that both carry is different. Ids of messages differ by their nature."""
    shared = one.ids.keys() & other.ids.keys() - OF_MESSAGES
    return all(one.ids[name] == other.ids[name] for name in shared)


OF_MESSAGES: Final = frozenset(
    {"id", "eventid", "messageid", "requestid", "causationid", "correlationid", "conversationid", "initiatorid"}
    | {"commandid", "traceid", "spanid", "parentid", "refundid", "cancellationid", "releaseid"}
)


def closeness(event: TracedEvent, words: Wording, other: TracedEvent, undone: set[TracedEvent]) -> tuple[bool, ...]:
    """How well a pair fits; of those that fit alike the latest wins, since `max` is asked of the latest first."""
    said = wording(other.row.type)
    return (
        other not in undone,
        not said.command,
        words.subject == said.stems or words.subject == said.subject,
        other.row.producer == event.row.producer,
        said.subject == words.subject and said.verb in BEGINNINGS,
    )


BEGINNINGS: Final = frozenset(wording(f"it.{verb}").verb for verb in ("created", "placed", "submitted", "booked"))
