"""Topology picture: the graph as plain nodes and edges for a view."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.topology.declared import Declared
from app.topology.edges import BYTES, ERRORS, FLOW, MEASURED, TOTAL_NS, EdgeTable
from app.topology.graph import Graph, Node
from app.topology.map import MapEdge, MapNode, NodeKind, Talker, TopologyMap
from eventscope.step import Phase

LEAST_RATE: Final = 1e-3
"""A rate below this is a memory, not traffic."""


def picture(graph: Graph) -> TopologyMap:
    """Everything that was seen or is declared, and a pattern for each subscription that waits for types unseen."""
    declared = [known for place in graph.declared.values() for known in place]
    waiting = [known for known in declared if not known.types]
    patterns = {pattern.id: pattern for pattern in (pattern_of(graph, known) for known in waiting)}
    edges = [pattern_edge(graph, known) for known in waiting]
    return TopologyMap(
        [*map_nodes(graph, declared), *patterns.values()], [*map_edges(graph, declared), *edges], graph.full
    )


def list_talkers(graph: Graph) -> list[Talker]:
    """The edges that leave producers."""
    edges = [
        (graph.nodes[source], graph.nodes[target], edge)
        for (source, target), edge in zip(graph.ends, all_edges(graph, set()), strict=True)
        if edge.last_seen is not None and graph.nodes[source].kind is NodeKind.PRODUCER
    ]
    whole = sum(edge.rate for _, _, edge in edges)
    return [
        Talker(
            type=type_.name,
            producer=producer.name,
            channel=type_.channel,
            count=edge.count,
            rate=edge.rate,
            bytes_per_s=edge.bytes_per_s,
            share=edge.rate / whole if whole else 0.0,
            errors=edge.errors,
            last_seen=edge.last_seen or 0,
        )
        for producer, type_, edge in edges
    ]


def node_id(node: Node) -> str:
    """A text that no other node has."""
    return "\x1f".join((node.kind, node.channel, node.name))


def pattern_node(graph: Graph, declared: Declared) -> Node:
    """What a subscription waits for while no type matches."""
    return Node(NodeKind.PATTERN, graph.nodes[declared.node].channel, declared.pattern)


def pattern_of(graph: Graph, declared: Declared) -> MapNode:
    """The same as a node of the map."""
    node = pattern_node(graph, declared)
    return MapNode(node_id(node), node.kind, node.channel, node.name, declared_at=declared.at)


def pattern_edge(graph: Graph, declared: Declared) -> MapEdge:
    """The edge from there to the subscription."""
    node, target = pattern_node(graph, declared), graph.nodes[declared.node]
    return MapEdge(node_id(node), node_id(target), node.channel, declared=True)


def map_edges(graph: Graph, declared: list[Declared]) -> list[MapEdge]:
    """Edges that were seen or are declared."""
    pairs = {(type_, known.node) for known in declared for type_ in known.types}
    return [edge for edge in all_edges(graph, pairs) if edge.observed or edge.declared]


class EdgeNumbers(NamedTuple):
    """What the table says of one edge."""

    flow: int
    errors: int
    counts: list[int]
    rates: list[float]
    error_share: float
    mean_ms: float
    last_seen: int


def edge_numbers(table: EdgeTable) -> Iterator[EdgeNumbers]:
    """The same of all edges, in order."""
    size = table.size
    rates = np.where(table.rates[:size] < LEAST_RATE, 0.0, table.rates[:size])
    shares = error_shares(rates)
    columns = (table.flow(), table.errors(), table.counts[:size], rates, shares, mean_ms(table), table.last_seen[:size])
    return map(EdgeNumbers._make, zip(*(column.tolist() for column in columns), strict=True))


def all_edges(graph: Graph, declared: set[tuple[int, int]]) -> list[MapEdge]:
    """All edges of the graph, in its order."""
    ids = [node_id(node) for node in graph.nodes]
    return [
        MapEdge(
            source=ids[ends[0]],
            target=ids[ends[1]],
            channel=graph.nodes[ends[1]].channel,
            count=told.flow,
            rate=told.rates[FLOW],
            bytes_per_s=told.rates[BYTES],
            errors=told.errors,
            error_share=told.error_share,
            retried=told.counts[Phase.RETRIED],
            dead_lettered=told.counts[Phase.DEAD_LETTERED],
            dropped=told.counts[Phase.DROPPED],
            mean_ms=None if isnan(told.mean_ms) else told.mean_ms,
            last_seen=told.last_seen or None,
            declared=ends in declared,
        )
        for ends, told in zip(graph.ends, edge_numbers(graph.table), strict=True)
    ]


def error_shares(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which part of the latest attempts failed."""
    flow = np.maximum(rates[:, FLOW], rates[:, ERRORS])
    shares: NDArray[np.float64] = np.divide(rates[:, ERRORS], flow, out=np.zeros(len(rates)), where=flow > 0)
    return shares


def mean_ms(table: EdgeTable) -> NDArray[np.float64]:
    """How long handlings took lately, NaN where none was measured."""
    measured = table.rates[: table.size, MEASURED]
    unknown = np.full(table.size, np.nan)
    means: NDArray[np.float64] = np.divide(
        table.rates[: table.size, TOTAL_NS] / 1e6, measured, out=unknown, where=measured > 1e-9
    )
    return means


class NodeNumbers(NamedTuple):
    """What the edges of a node add up to."""

    flow: float
    rate: float
    errors: float
    unhandled: float
    last_seen: int


def node_numbers(graph: Graph) -> Iterator[NodeNumbers]:
    """The same of all nodes, in order: what goes out of producers and what comes in elsewhere."""
    table, size = graph.table, len(graph.nodes)
    source, target = np.array(graph.ends).T
    sends = np.array([node.kind is NodeKind.PRODUCER for node in graph.nodes])
    rates = table.rates[: table.size, FLOW]
    of_edges = (
        table.flow(),
        np.where(rates < LEAST_RATE, 0.0, rates),
        table.errors(),
        table.unhandled[: table.size],
    )
    sums = [
        np.where(sends, np.bincount(source, column, size), np.bincount(target, column, size)) for column in of_edges
    ]
    last_seen = np.zeros(size, np.int64)
    for end in (source, target):
        np.maximum.at(last_seen, end, table.last_seen[: table.size])
    return map(NodeNumbers._make, zip(*(column.tolist() for column in (*sums, last_seen)), strict=True))


def map_nodes(graph: Graph, declared: list[Declared]) -> list[MapNode]:
    """Nodes that were seen or are declared."""
    ages, handlers = declared_nodes(declared)
    return [
        MapNode(
            id=node_id(node),
            kind=node.kind,
            channel=node.channel,
            name=node.name,
            category=node.category,
            handler=handlers.get(i),
            count=int(told.flow),
            rate=told.rate,
            errors=int(told.errors),
            unhandled=int(told.unhandled),
            last_seen=told.last_seen or None,
            declared_at=ages.get(i),
        )
        for i, (node, told) in enumerate(zip(graph.nodes, node_numbers(graph), strict=True))
        if told.last_seen or i in ages
    ]


def declared_nodes(declared: list[Declared]) -> tuple[dict[int, int], dict[int, str]]:
    """Since when nodes are declared (ns), and the handlers of subscriptions, by number of the node."""
    ages: dict[int, int] = {}
    handlers: dict[int, str] = {}
    for known in declared:
        for node in (known.node, *known.types):
            ages[node] = min(ages.get(node, known.at), known.at)
        if known.subscription.handler:
            handlers[known.node] = known.subscription.handler
    return ages, handlers
