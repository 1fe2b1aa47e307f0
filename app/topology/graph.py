"""Graph: the nodes and edges of the map, with the numbers of the edges and what was declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.store.codes import OTHERS
from app.topology.declared import Declared
from app.topology.edges import EdgeTable
from app.topology.map import NodeKind
from eventscope.connector import DeclaredSubscription

MOST_NODES: Final = 5_000
MOST_EDGES: Final = 20_000

SEEN: Final = (NodeKind.PRODUCER, NodeKind.TYPE, NodeKind.PATTERN, NodeKind.SUBSCRIPTION)
"""The kinds of nodes that rows and declarations make."""

OTHER_EDGE: Final = 0
"""The edge of all traffic that found no room for an edge of its own."""


@dataclass(frozen=True, slots=True)
class Node:
    """What is known of a node beside its traffic. `source` is where it was seen, for what belongs to one source."""

    kind: NodeKind
    channel: str
    name: str
    category: str | None = None
    source: str = ""


class Graph:
    """Nodes and edges are numbered in order of appearance and never go.

    Further nodes than `most_nodes` share one node of their kind, further edges share one edge.
    """

    def __init__(self, most_nodes: int = MOST_NODES, most_edges: int = MOST_EDGES) -> None:
        self.nodes: list[Node] = []
        self.ends: list[tuple[int, int]] = []
        """Source and target node of each edge."""
        self.table = EdgeTable(most_edges)
        self.declared: dict[tuple[str, str], list[Declared]] = {}
        """By source and channel."""
        self.full = False
        self._most_nodes = most_nodes
        self._most_edges = most_edges
        self._nodes: dict[tuple[NodeKind, str, str, str], int] = {}
        self._edges: dict[tuple[int, int], int] = {}
        others = [self._new_node(Node(kind, "", OTHERS)) for kind in SEEN]
        self._new_edge(others[0], others[1])

    def node(self, kind: NodeKind, channel: str, name: str, category: str | None = None, source: str = "") -> int:
        """The number of this node, a new one if there is room."""
        number = self._nodes.get((kind, channel, name, source))
        if number is not None:
            return number
        if len(self.nodes) >= self._most_nodes or name == OTHERS:
            self.full = True
            return self._nodes[kind, "", OTHERS, ""]
        number = self._new_node(Node(kind, channel, name, category, source))
        if kind is NodeKind.TYPE:
            for declared in self._declared_on(channel):
                self._connect(declared, number)
        return number

    def edge(self, source: int, target: int) -> int:
        """The number of this edge, a new one if there is room."""
        number = self._edges.get((source, target))
        if number is not None:
            return number
        if len(self.ends) >= self._most_edges:
            self.full = True
            return OTHER_EDGE
        return self._new_edge(source, target)

    def declare(self, source: str, channel: str, wanted: tuple[DeclaredSubscription, ...], at: int) -> None:
        """Replace what `source` declared on this channel; subscriptions that stay keep their age."""
        before = self.declared.get((source, channel), [])
        same = {known.subscription: known for known in before}
        ages = {known.node: known.at for known in before}
        types = [i for i, node in enumerate(self.nodes) if node.kind is NodeKind.TYPE and node.channel == channel]
        declared = self.declared[source, channel] = []
        for subscription in dict.fromkeys(wanted):
            known = same.get(subscription)
            if known is None:
                node = self.node(NodeKind.SUBSCRIPTION, channel, subscription.name, source=source)
                known = Declared(subscription, node, ages.get(node, at))
                for type_ in types:
                    self._connect(known, type_)
            declared.append(known)

    def _declared_on(self, channel: str) -> Iterator[Declared]:
        for (_, place), declared in self.declared.items():
            if place == channel:
                yield from declared

    def _connect(self, declared: Declared, type_: int) -> None:
        node = self.nodes[type_]
        if declared.waits_for(node.name, node.category):
            declared.types.add(type_)
            self.edge(type_, declared.node)

    def _new_node(self, node: Node) -> int:
        self.nodes.append(node)
        self._nodes[node.kind, node.channel, node.name, node.source] = number = len(self.nodes) - 1
        return number

    def _new_edge(self, source: int, target: int) -> int:
        self.ends.append((source, target))
        self._edges[source, target] = number = len(self.ends) - 1
        self.table.size = len(self.ends)
        self.table.publishes[number] = number != OTHER_EDGE and self.nodes[source].kind is NodeKind.PRODUCER
        return number
