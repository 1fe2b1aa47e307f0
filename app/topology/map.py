"""TopologyMap: who publishes what and who listens, as it stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from eventscope.connector import Figures, LinkKind

UNKNOWN_FIGURES: Final = Figures()


class NodeKind(StrEnum):
    """What a node stands for, in the order of the layers from left to right.

    A PATTERN stands in for the types that a declared subscription waits for while none was seen. What comes after the
    subscription are places of brokers, named as in `eventscope.chart.PlaceKind`.
    """

    PRODUCER = "producer"
    TYPE = "type"
    PATTERN = "pattern"
    SUBSCRIPTION = "subscription"
    EXCHANGE = "exchange"
    TOPIC = "topic"
    QUEUE = "queue"
    GROUP = "group"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class MapNode:
    """One node. `id` stays the same as long as the session lives; rates are events a second.

    `count` is what came in (of a producer: went out), `errors` how much of it failed or was dropped.
    `unhandled` counts events of a type that were published to nobody. Times are ns since the epoch,
    as observed; `last_seen` is None while there was no traffic, `declared_at` unless declared. `stray` marks what was
    seen where others are declared, but is not declared itself.

    Of a broker's place `channel` is the broker, `charted_at` when it told the `figures`, `text` what else it told,
    `types` a few of the event types seen there. `ours` exists only because we watch, `idle` may stand without a way on.
    """

    id: str
    kind: NodeKind
    channel: str
    name: str
    category: str | None = None
    handler: str | None = None
    count: int = 0
    rate: float = 0.0
    errors: int = 0
    unhandled: int = 0
    last_seen: int | None = None
    declared_at: int | None = None
    stray: bool = False
    figures: Figures = UNKNOWN_FIGURES
    charted_at: int | None = None
    text: str = ""
    types: tuple[str, ...] = ()
    ours: bool = False
    idle: bool = False
    size: int = 1
    """Of how many nodes it is made, where a view has put some together."""

    @property
    def declared(self) -> bool:
        """Whether the watched system says that it exists."""
        return self.declared_at is not None

    @property
    def observed(self) -> bool:
        """Whether there was traffic, by our own eyes or by the broker's figures. Who consumes is there to be seen."""
        attached = self.ours or (self.kind is NodeKind.CONSUMER and self.figures.consumers > 0)
        return self.last_seen is not None or self.figures.alive or attached


@dataclass(frozen=True, slots=True)
class MapEdge:
    """What flows from node `source` to node `target`, both ids. Rates are a second.

    Towards a subscription `count` is attempts, else events. `mean_ms` is how long handlings took
    lately from publish to end, None where that was not measured. Failures of an event count at the
    subscription that failed and at the producer that published it. `text` is what a broker tells of it.
    """

    source: str
    target: str
    channel: str
    count: int = 0
    rate: float = 0.0
    bytes_per_s: float = 0.0
    errors: int = 0
    error_share: float = 0.0
    retried: int = 0
    dead_lettered: int = 0
    dropped: int = 0
    mean_ms: float | None = None
    last_seen: int | None = None
    declared: bool = False
    text: str = ""
    kind: LinkKind = LinkKind.FLOW

    @property
    def observed(self) -> bool:
        """Whether there was traffic."""
        return self.last_seen is not None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """When a broker was charted last (ns since the epoch), and a sentence on what the chart lacks, if anything."""

    broker: str
    taken_at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class TopologyMap:
    """All nodes and edges, in the order in which they were first seen, then those of brokers by name.

    `full` when more did not fit.
    """

    nodes: list[MapNode] = field(default_factory=list)
    edges: list[MapEdge] = field(default_factory=list)
    full: bool = False
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class Talker:
    """One producer of one type, for the table of top talkers; `share` is its part of all events now."""

    type: str
    producer: str
    channel: str
    count: int
    rate: float
    bytes_per_s: float
    share: float
    errors: int
    last_seen: int
