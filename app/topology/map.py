"""TopologyMap: who publishes what and who listens, as it stands at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node stands for, in the order of the layers from left to right.

    A PATTERN stands in for the types that a declared subscription waits for while none was seen.
    """

    PRODUCER = "producer"
    TYPE = "type"
    PATTERN = "pattern"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class MapNode:
    """One node. `id` stays the same as long as the session lives; rates are events a second.

    `count` is what came in (of a producer: went out), `errors` how much of it failed or was dropped.
    `unhandled` counts events of a type that were published to nobody. Times are ns since the epoch,
    as observed; `last_seen` is None while there was no traffic, `declared_at` unless declared.
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

    @property
    def declared(self) -> bool:
        """Whether the watched system says that it exists."""
        return self.declared_at is not None

    @property
    def observed(self) -> bool:
        """Whether there was traffic."""
        return self.last_seen is not None


@dataclass(frozen=True, slots=True)
class MapEdge:
    """What flows from node `source` to node `target`, both ids. Rates are a second.

    Towards a subscription `count` is attempts, else events. `mean_ms` is how long handlings took
    lately from publish to end, None where that was not measured. Failures of an event count at the
    subscription that failed and at the producer that published it.
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

    @property
    def observed(self) -> bool:
        """Whether there was traffic."""
        return self.last_seen is not None


@dataclass(frozen=True, slots=True)
class TopologyMap:
    """All nodes and edges, in the order in which they were first seen. `full` when more did not fit."""

    nodes: list[MapNode] = field(default_factory=list)
    edges: list[MapEdge] = field(default_factory=list)
    full: bool = False


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
