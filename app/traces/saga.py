"""Saga: a trace in which several services take steps that would have to be undone if a later one fails.

Whether a trace is a saga, who leads it, what failed, what was undone and what was left behind follows from its events;
nobody configures it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.traces.delivery import Delivery, DeliveryState
from app.traces.events import TracedEvent
from app.traces.facts import NO_FACTS, Facts
from app.traces.participants import causing, owners
from app.traces.summary import TraceState
from app.traces.undo import Known, Undo
from app.traces.wording import wording, words_of

__all__ = ["LEAST_SERVICES", "WENT_WELL", "Outcome", "Saga", "SagaState", "Style", "saga_of", "says_so"]


class SagaState(StrEnum):
    """How a saga stands. COMPENSATED: a step failed and all before it were undone. FAILED: something was left."""

    RUNNING = "running"
    COMPLETED = "completed"
    COMPENSATED = "compensated"
    FAILED = "failed"
    STUCK = "stuck"


class Style(StrEnum):
    """Who decides on the next step: each service by itself, or one that leads."""

    CHOREOGRAPHY = "choreography"
    ORCHESTRATION = "orchestration"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a saga, in words that may be kept: the types of its failures and of what was left behind.

    `undone` counts what was taken back. `reason` is what the failure says of itself, `seq` its row.
    """

    failures: tuple[str, ...]
    undone: int
    left: tuple[str, ...]
    reason: str = ""
    seq: int | None = None

    def state(self, trace: TraceState | None) -> SagaState:
        """How the saga stands when its trace stands so."""
        if trace is TraceState.OPEN:
            return SagaState.RUNNING
        if self.failures or self.undone:
            return SagaState.COMPENSATED if self.undone and not self.left else SagaState.FAILED
        return SagaState.STUCK if trace is TraceState.STUCK else SagaState.COMPLETED


WENT_WELL: Final = Outcome((), 0, ())


@dataclass(frozen=True, slots=True)
class Saga:
    """`steps` are what would have to be undone, `left` those that were not although a later one failed.

    `leader` is who leads an orchestration, "" where nobody says so. `reason` is what the failure says of itself.
    """

    style: Style
    leader: str
    steps: Sequence[TracedEvent]
    undos: Sequence[Undo]
    failures: Sequence[TracedEvent]
    left: Sequence[TracedEvent]
    reason: str = ""

    @property
    def outcome(self) -> Outcome:
        """What became of it."""
        seq = self.failures[0].row.seq if self.failures else None
        return Outcome(types(self.failures), len(self.undos), types(self.left), self.reason, seq)

    def state(self, trace: TraceState | None) -> SagaState:
        """How it stands when its trace stands so."""
        return self.outcome.state(trace)


def types(events: Iterable[TracedEvent]) -> tuple[str, ...]:
    """The types of events."""
    return tuple(event.row.type or "(no type)" for event in events)


LEADING: Final = frozenset({"saga", "orchestrator", "coordinator", "workflow", "process", "policy", "manager"})
"""What those are called who lead, where several listeners may be it."""

LEAST_SERVICES: Final = 2
"""Steps of one service alone are no saga."""


def saga_of(ordered: Sequence[TracedEvent], undos: Collection[Undo], known: Known) -> Saga | None:
    """The saga that these events, in causal order, make up; None for an ordinary trace."""
    steps = [event for event in ordered if not event.is_hop and is_step(event)]
    told = any(says_so(known.get(event, NO_FACTS), undone=bool(undos)) for event in ordered)
    undone = {event for undo in undos for event in (undo.target, *undo.covers)}
    failures = failures_of(ordered, undos)
    taking_back = [event for undo in undos for event in (undo.event, undo.target)]
    services = {event.row.producer for event in (*steps, *failures, *taking_back)}
    if not (steps or undos) or not (told or len(services) >= LEAST_SERVICES):
        return None
    heard = services_told(undos, ordered) if undos else set()
    broken = bool(failures or undos)
    left = [step for step in steps if step not in undone and step.row.producer not in heard] if broken else []
    leader = leader_of(ordered, [*steps, *(undo.event for undo in undos)], known)
    why = [*failures, *(undo.event for undo in undos)]
    style = Style.CHOREOGRAPHY if leader is None else Style.ORCHESTRATION
    return Saga(style, leader or "", steps, list(undos), failures, left, reason_of(why, known))


def says_so(facts: Facts, *, undone: bool) -> bool:
    """Whether an event says that it belongs to a saga, or where something was undone, to which step of one."""
    return facts.saga is not None or (undone and facts.step is not None)


def is_step(event: TracedEvent) -> bool:
    """Whether it tells of something that was done and can be undone."""
    words = wording(event.row.type)
    return words.reversible and not words.command


def failures_of(ordered: Sequence[TracedEvent], undos: Collection[Undo]) -> list[TracedEvent]:
    """What went wrong and was not made good by a later try of the same service.

    What is about nothing that would have to be undone, such as a mail that could not be sent, matters only where
    something was undone.
    """
    undoing = {undo.event for undo in undos}
    failures = [
        event
        for place, event in enumerate(ordered)
        if not event.is_hop and event not in undoing and wording(event.row.type).failure
        if wording(event.row.type).weighty or undoing
        if not made_good(event, ordered[place + 1 :])
    ]
    return [*failures, *(event for event in ordered[-1:] if broke_off(event))]


def made_good(failure: TracedEvent, later: Sequence[TracedEvent]) -> bool:
    """Whether the service that failed did it later after all."""
    subject = wording(failure.row.type).subject
    return any(
        is_step(event) and event.row.producer == failure.row.producer and wording(event.row.type).subject & subject
        for event in later
    )


def broke_off(last: TracedEvent) -> bool:
    """Whether the process ended with this event because nobody could handle it."""
    dead = any(d.state in (DeliveryState.DEAD_LETTERED, DeliveryState.DROPPED) for d in last.deliveries)
    words = wording(last.row.type)
    return dead and not words.end and words.undoes is None


def services_told(undos: Collection[Undo], ordered: Sequence[TracedEvent]) -> set[str]:
    """Services that handled an event that takes something back: they may undo what is theirs and publish nothing."""
    belongs = owners(ordered)
    return {
        belongs[delivery.subscription]
        for undo in undos
        for delivery in undo.event.deliveries
        if delivery.subscription and delivery.state is DeliveryState.HANDLED
    }


def leader_of(ordered: Sequence[TracedEvent], steps: Sequence[TracedEvent], known: Known) -> str | None:
    """Who leads, where somebody does: it says so, or it sends commands, or causes the steps of others one by one.

    `steps` are those forward and those back.
    """
    named = [facts.leader for event in ordered if (facts := known.get(event, NO_FACTS)).leader is not None]
    star = star_of(steps)
    if named:
        return next(filter(None, named), None) or star or ""
    senders = Counter(event.row.producer for event in ordered if wording(event.row.type).command)
    if senders and (most := senders.most_common(1)[0])[1] > 1:
        return most[0] or ""
    return star


def star_of(steps: Sequence[TracedEvent]) -> str | None:
    """The one subscription during whose handling of one event several services took steps."""
    running: dict[TracedEvent, list[set[Delivery]]] = {}
    services: dict[TracedEvent, set[str | None]] = {}
    for step in steps:
        if step.parent is not None:
            running.setdefault(step.parent, []).append(set(causing(step)))
            services.setdefault(step.parent, set()).add(step.row.producer)
    for cause, sets in running.items():
        throughout = {delivery.subscription or "" for delivery in set.intersection(*sets)}
        if len(services[cause]) >= LEAST_SERVICES and throughout:
            named = [name for name in sorted(throughout) if not LEADING.isdisjoint(words_of(name))]
            return next(iter(named or (throughout if len(throughout) == 1 else [])), None)
    return None


def reason_of(told: Iterable[TracedEvent], known: Known) -> str:
    """Why it came so, in the words of the first of these that says it."""
    for event in told:
        reason = known.get(event, NO_FACTS).reason or next((d.error for d in event.deliveries if d.error), None)
        if reason:
            return reason
    return ""
