"""The graph between tokens, and the manager that lets it grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from eventscope import Event, EventBus, EventHandler, EventPriority
from examples.component import Component
from examples.neurograph.event_type import EventType
from examples.neurograph.latest import Latest

__all__ = ["Cluster", "GraphManager", "TokenGraph"]

BIG_CLUSTER: Final = 100
SMALLEST_CLUSTER: Final = 4
LOOK_EVERY: Final = 8
"""Connections between two looks for clusters."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tokens that hang together. `density` is the share of the possible connections that are there."""

    id: str
    nodes: frozenset[str]
    density: float


class TokenGraph:
    """An undirected graph of tokens with weighted connections.

    When it is full the tokens go that nobody connected for longest.
    """

    def __init__(self) -> None:
        self._neighbours: Latest[str, dict[str, float]] = Latest()

    def __len__(self) -> int:
        return len(self._neighbours)

    @property
    def connections(self) -> int:
        """How many there are."""
        return sum(map(len, self._neighbours.values())) // 2

    def add_connection(self, source: str, target: str, weight: float = 1.0) -> None:
        """Connect two tokens, or change the weight of their connection. Raises ValueError for one and the same."""
        if source == target:
            raise ValueError(f"token {source} cannot be connected with itself")
        for token_id in (source, target):
            if gone := self._neighbours.add(token_id, self._neighbours.pop(token_id, {})):
                self._disconnect(*gone)
        self._neighbours[source][target] = self._neighbours[target][source] = weight

    def remove(self, token_id: str) -> None:
        """Take a token out, with its connections."""
        self._disconnect(token_id, self._neighbours.pop(token_id, {}))

    def _disconnect(self, token_id: str, neighbours: Iterable[str]) -> None:
        for neighbour in neighbours:
            del self._neighbours[neighbour][token_id]

    def find_clusters(self) -> list[Cluster]:
        """The connected parts of at least SMALLEST_CLUSTER tokens, each called after its first token."""
        seen: set[str] = set()
        parts = [self._reached_from(token, seen) for token in self._neighbours if token not in seen]
        return [self._cluster(part) for part in parts if len(part) >= SMALLEST_CLUSTER]

    def _reached_from(self, token: str, seen: set[str]) -> list[str]:
        seen.add(token)
        reached = [token]
        for each in reached:
            new = [n for n in self._neighbours.get(each, ()) if n not in seen]
            seen.update(new)
            reached += new
        return reached

    def _cluster(self, part: list[str]) -> Cluster:
        edges = sum(len(self._neighbours[token]) for token in part) / 2
        return Cluster(f"cl-{min(part)}", frozenset(part), round(edges / (len(part) * (len(part) - 1) / 2), 4))


class GraphManager(Component):
    """Emits `graph.connection_added` and `graph.cluster_detected`."""

    def __init__(self, graph: TokenGraph, event_bus: EventBus) -> None:
        super().__init__(event_bus, "graph_manager")
        self.graph = graph
        self._added = 0
        self._told: Latest[str, int] = Latest()
        self._withdrawn: Latest[str, None] = Latest()

    async def add_connection(
        self, source: str, target: str, weight: float = 1.0, connection_type: str = "spatial"
    ) -> None:
        """Connect two tokens and say so. Raises ValueError for one and the same token."""
        self.graph.add_connection(source, target, weight)
        self._added += 1
        edge = {"source": source, "target": target, "weight": weight, "connection_type": connection_type}
        await self.emit(EventType.GRAPH_CONNECTION_ADDED, edge | {"total_connections": self.graph.connections})

    async def detect_clusters(self) -> list[Cluster]:
        """Report the clusters that are new, or twice as large as when they were reported last."""
        news = [c for c in self.graph.find_clusters() if len(c.nodes) >= 2 * self._told.get(c.id, 1)]
        for cluster in news:
            size = len(cluster.nodes)
            self._told.add(cluster.id, size)
            urgency = EventPriority.HIGH if size > BIG_CLUSTER else EventPriority.NORMAL
            about = {"cluster_id": cluster.id, "size": size, "density": cluster.density}
            await self.emit(EventType.GRAPH_CLUSTER_DETECTED, about, priority=urgency)
        return news

    @EventHandler.on(EventType.SPATIAL_INDEXED, subscription_name="graph_growth")
    async def connect(self, event: Event) -> None:
        """Connect a token with its neighbours, the nearer the stronger, and look for clusters now and then.

        What was withdrawn meanwhile is left out: withdrawals are more urgent, and overtake.
        """
        await self.work(11)
        token_id, looked = event.payload["token_id"], self._added // LOOK_EVERY
        for neighbour in event.payload["neighbours"]:
            if token_id in self._withdrawn or neighbour["token_id"] in self._withdrawn:
                continue
            await self.add_connection(token_id, neighbour["token_id"], round(1 / (1 + neighbour["distance"]), 4))
        if self._added // LOOK_EVERY > looked:
            await self.detect_clusters()

    @EventHandler.on(EventType.TOKEN_DELETED, subscription_name="graph_cleanup")
    async def forget(self, event: Event) -> None:
        """A token that was withdrawn leaves the graph."""
        self._withdrawn.add(event.payload["token_id"], None)
        self.graph.remove(event.payload["token_id"])
