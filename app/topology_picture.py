"""Topology picture: the graph as plain nodes and edges for a view."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.declared import Declared
from app.topology_edges import BYTES, ERRORS, FLOW, MEASURED, TOTAL_NS, EdgeTable
from app.topology_graph import Graph, Node
from app.topology_map import MapEdge, MapNode, NodeKind, Talker, TopologyMap
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


def all_edges(graph: Graph, declared: set[tuple[int, int]]) -> list[MapEdge]:
    """All edges of the graph, in its order."""
    table, size = graph.table, graph.table.size
    rates = np.where(table.rates[:size] < LEAST_RATE, 0.0, table.rates[:size])
    numbers = zip(
        table.flow().tolist(),
        table.errors().tolist(),
        table.counts[:size].tolist(),
        rates.tolist(),
        error_shares(rates).tolist(),
        mean_ms(table).tolist(),
        table.last_seen[:size].tolist(),
        strict=True,
    )
    ids = [node_id(node) for node in graph.nodes]
    return [
        MapEdge(
            source=ids[source],
            target=ids[target],
            channel=graph.nodes[target].channel,
            count=flow,
            rate=rate[FLOW],
            bytes_per_s=rate[BYTES],
            errors=errors,
            error_share=share,
            retried=counts[Phase.RETRIED],
            dead_lettered=counts[Phase.DEAD_LETTERED],
            dropped=counts[Phase.DROPPED],
            mean_ms=mean if mean == mean else None,
            last_seen=last_seen or None,
            declared=(source, target) in declared,
        )
        for (source, target), (flow, errors, counts, rate, share, mean, last_seen) in zip(
            graph.ends, numbers, strict=True
        )
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


def map_nodes(graph: Graph, declared: list[Declared]) -> list[MapNode]:
    """Nodes that were seen or are declared."""
    table, size = graph.table, len(graph.nodes)
    source, target = np.array(graph.ends).T
    sends = np.array([node.kind is NodeKind.PRODUCER for node in graph.nodes])

    def total(of_edges: NDArray[np.float64] | NDArray[np.int64]) -> list[float]:
        inwards, outwards = (np.bincount(end, of_edges, size) for end in (target, source))
        values: list[float] = np.where(sends, outwards, inwards).tolist()
        return values

    last_seen = np.zeros(size, np.int64)
    for end in (source, target):
        np.maximum.at(last_seen, end, table.last_seen[: table.size])
    rates = table.rates[: table.size, FLOW]
    numbers = zip(
        total(table.flow()),
        total(np.where(rates < LEAST_RATE, 0.0, rates)),
        total(table.errors()),
        total(table.unhandled[: table.size]),
        last_seen.tolist(),
        strict=True,
    )
    ages, handlers = declared_nodes(declared)
    return [
        MapNode(
            id=node_id(node),
            kind=node.kind,
            channel=node.channel,
            name=node.name,
            category=node.category,
            handler=handlers.get(i),
            count=int(count),
            rate=rate,
            errors=int(errors),
            unhandled=int(unhandled),
            last_seen=seen or None,
            declared_at=ages.get(i),
        )
        for i, (node, (count, rate, errors, unhandled, seen)) in enumerate(zip(graph.nodes, numbers, strict=True))
        if seen or i in ages
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
