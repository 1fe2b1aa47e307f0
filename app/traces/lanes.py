"""Lanes: a trace as a conversation. A lane for each participant, a message for each event, in causal order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.channel import channel_name
from app.traces.delivery import Delivery
from app.traces.events import TracedEvent
from app.traces.nodes import Trace, TraceNode
from app.traces.participants import causing, owners

__all__ = ["NOBODY", "Head", "Lane", "LaneKind", "Lanes", "Message", "lanes_of"]

NOBODY: Final = "(unknown)"
"""The lane of events whose producer nobody names."""


class LaneKind(StrEnum):
    """A SERVICE publishes, a LISTENER only hears, a CHANNEL is where an event was passed on to."""

    SERVICE = "service"
    LISTENER = "listener"
    CHANNEL = "channel"


@dataclass(slots=True)
class Lane:
    """A lifeline."""

    name: str
    kind: LaneKind
    troubled: bool = False
    """Whether a delivery to it failed."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a message arrives: a lane, and the node of the delivery."""

    lane: int
    node: int


@dataclass(slots=True)
class Message:
    """An event: its node, the lane that it comes from, and where it goes. `undoes` is the place of another message.

    `passed_from` is the lane from which it was passed on to its origin, of a hop; `asked_by` the lane of who leads and
    had it published.
    """

    node: int
    origin: int
    passed_from: int | None = None
    asked_by: int | None = None
    heads: list[Head] = field(default_factory=list)
    undoes: int | None = None


@dataclass(slots=True)
class Lanes:
    """Services in the order in which they first spoke, then channels, then those who only listen."""

    lanes: list[Lane] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def lanes_of(trace: Trace) -> Lanes:
    """The lanes of a trace."""
    ordered = trace.meaning.ordered if trace.meaning else ()
    belongs = owners(ordered)
    if trace.saga and trace.saga.leader in belongs:
        belongs[trace.saga.leader] = trace.saga.leader
    names = named_lanes(ordered, belongs)
    made = Lanes([Lane(name, kind) for name, kind in names.items()])
    numbers = {name: number for number, name in enumerate(names)}
    leader = numbers.get(trace.saga.leader) if trace.saga else None
    places: dict[int, int] = {}
    for event in ordered:
        message = message_of(event, trace, numbers, belongs)
        if leader is not None and leader != message.origin and led_by(event, made.lanes[leader].name):
            message.asked_by = leader
        message.undoes = undone_at(trace.nodes[message.node], places)
        places[message.node] = len(made.messages)
        made.messages.append(message)
        for head in message.heads:
            made.lanes[head.lane].troubled |= trace.nodes[head.node].error is not None
    return made


def message_of(event: TracedEvent, trace: Trace, numbers: dict[str, int], belongs: dict[str, str]) -> Message:
    """An event as a message between lanes."""
    passed = numbers[origin_of(event.parent)] if event.is_hop and event.parent else None
    message = Message(trace.index_of(event), numbers[origin_of(event)], passed)
    for delivery in event.deliveries:
        message.heads.append(Head(numbers[lane_of(delivery, belongs)], trace.index_of(delivery)))
    return message


def led_by(event: TracedEvent, leader: str) -> bool:
    """Whether the leader's handler ran when an event was published."""
    return any(delivery.subscription == leader for delivery in causing(event))


def lane_of(delivery: Delivery, belongs: dict[str, str]) -> str:
    """The lane that a delivery goes to."""
    return belongs.get(delivery.subscription or "", NOBODY)


def undone_at(node: TraceNode, places: dict[int, int]) -> int | None:
    """The place of the message that a node takes back."""
    return None if node.undoes is None else places.get(node.undoes)


def origin_of(event: TracedEvent) -> str:
    """The lane that an event comes from; what was passed on comes from where it was passed to."""
    if event.is_hop:
        return channel_name(event.row.channel or "") or NOBODY
    return event.row.producer or NOBODY


def named_lanes(ordered: Sequence[TracedEvent], belongs: dict[str, str]) -> dict[str, LaneKind]:
    """All lanes by name, in the order in which they are shown."""
    speak = dict.fromkeys((origin_of(event) for event in ordered if not event.is_hop), LaneKind.SERVICE)
    passed = dict.fromkeys((origin_of(event) for event in ordered if event.is_hop), LaneKind.CHANNEL)
    hear: dict[str, LaneKind] = {}
    for event in ordered:
        for delivery in event.deliveries:
            hear[lane_of(delivery, belongs)] = LaneKind.LISTENER
    return {**speak, **{n: k for n, k in passed.items() if n not in speak}, **without(hear, speak, passed)}


def without(lanes: dict[str, LaneKind], *others: dict[str, LaneKind]) -> dict[str, LaneKind]:
    """Those that none of the others has."""
    return {name: kind for name, kind in lanes.items() if not any(name in other for other in others)}
