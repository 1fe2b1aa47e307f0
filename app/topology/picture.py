"""Topology picture: graph and charts as plain nodes and edges for a view."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.topology.charts import Charts
from app.topology.declared import Declared
from app.topology.edges import BYTES, FLOW
from app.topology.flows import Flows, flows_between
from app.topology.graph import Graph, Node
from app.topology.homes import Home, homes, node_id, type_names
from app.topology.map import MapEdge, MapNode, NodeKind, TopologyMap
from app.topology.places import PLACES, charted_edges, charted_nodes
from eventscope.step import Phase

Bools = NDArray[np.bool_]


def picture(graph: Graph, charts: Charts) -> TopologyMap:
    """Everything that was seen, is declared or charted, and a pattern for each subscription that waits for types."""
    declared = [known for place in graph.declared.values() for known in place]
    numbers, residents = homes(graph.nodes, charts)
    flows = flows_between(graph, numbers)
    flows.turn_deaths([home[0] for home in residents])
    ids = [node_id(home) for home in residents]
    pairs = {(ids[numbers[type_]], ids[numbers[known.node]]) for known in declared for type_ in known.types}
    nodes = map_nodes(residents, flows, told_of(declared, numbers))
    flows = flows.without(deaths_told_of(list(residents), flows))
    edges = [edge for edge in map_edges(list(residents), flows, pairs) if edge.observed or edge.declared]
    waiting = [known for known in declared if not known.types]
    patterns = {pattern.id: pattern for pattern in (pattern_of(graph, known) for known in waiting)}
    waits = [pattern_edge(graph, known) for known in waiting]
    return TopologyMap(
        [*charted_nodes(charts, nodes), *patterns.values()],
        [*charted_edges(charts, edges), *waits],
        graph.full or charts.full,
        charts.snapshots(),
    )


def deaths_told_of(nodes: list[Home], flows: Flows) -> Bools:
    """Edges from a producer to a place of a broker that only failures went along: it never published there."""
    published = np.array([home[0] is NodeKind.PRODUCER for home in nodes])
    placed = np.array([home[0] in PLACES for home in nodes])
    told: Bools = published[flows.source] & placed[flows.target] & (flows.flow == 0)
    return told


def pattern_home(graph: Graph, declared: Declared) -> Home:
    """What a subscription waits for while no type matches."""
    return NodeKind.PATTERN, graph.nodes[declared.node].channel, declared.pattern


def pattern_of(graph: Graph, declared: Declared) -> MapNode:
    """The same as a node of the map."""
    home = pattern_home(graph, declared)
    return MapNode(node_id(home), *home, declared_at=declared.at)


def pattern_edge(graph: Graph, declared: Declared) -> MapEdge:
    """The edge from there to the subscription."""
    home, target = pattern_home(graph, declared), graph.nodes[declared.node]
    return MapEdge(node_id(home), node_id((target.kind, target.channel, target.name)), home[1], declared=True)


def map_edges(nodes: list[Home], flows: Flows, declared: set[tuple[str, str]]) -> list[MapEdge]:
    """All edges between the homes of the graph's nodes."""
    ids = [node_id(home) for home in nodes]
    columns = (
        *(flows.source, flows.target, flows.flow, flows.errors, flows.counts, flows.rates),
        *(flows.error_shares(), flows.mean_ms(), flows.last_seen),
    )
    return [
        MapEdge(
            source=ids[source],
            target=ids[target],
            channel=nodes[target][1],
            count=count,
            rate=rates[FLOW],
            bytes_per_s=rates[BYTES],
            errors=errors,
            error_share=share,
            retried=counts[Phase.RETRIED],
            dead_lettered=counts[Phase.DEAD_LETTERED],
            dropped=counts[Phase.DROPPED],
            mean_ms=None if isnan(mean_ms) else mean_ms,
            last_seen=last_seen or None,
            declared=(ids[source], ids[target]) in declared,
        )
        for source, target, count, errors, counts, rates, share, mean_ms, last_seen in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


class Told(NamedTuple):
    """What was declared of one home: since when (ns), and by which handler it is served."""

    at: int
    handler: str | None = None


def told_of(declared: Iterable[Declared], numbers: list[int]) -> dict[int, Told]:
    """What was declared, by number of the home."""
    told: dict[int, Told] = {}
    for known in declared:
        for node in (known.node, *known.types):
            handler = known.subscription.handler if node == known.node else None
            before = told.get(numbers[node], Told(known.at))
            told[numbers[node]] = Told(min(before.at, known.at), handler or before.handler)
    return told


class NodeNumbers(NamedTuple):
    """What the edges of a node add up to."""

    flow: float
    rate: float
    errors: float
    unhandled: float
    last_seen: int


def node_numbers(homes_: list[Home], flows: Flows) -> list[NodeNumbers]:
    """The same of all homes, in order: what goes out of producers and what comes in elsewhere."""
    size = len(homes_)
    sends = np.array([home[0] is NodeKind.PRODUCER for home in homes_])
    of_edges = (flows.flow, flows.rates[:, FLOW], flows.errors, flows.unhandled)
    sums = [
        np.where(sends, np.bincount(flows.source, column, size), np.bincount(flows.target, column, size))
        for column in of_edges
    ]
    last_seen = np.zeros(size, np.int64)
    for end in (flows.source, flows.target):
        np.maximum.at(last_seen, end, flows.last_seen)
    return list(map(NodeNumbers._make, zip(*(column.tolist() for column in (*sums, last_seen)), strict=True)))


def map_nodes(residents: dict[Home, list[Node]], flows: Flows, declared: dict[int, Told]) -> list[MapNode]:
    """Nodes that were seen or are declared."""
    listed = list(residents)
    registered = {listed[i][1] for i in declared}
    return [
        MapNode(
            *(node_id(home), *home),
            category=nodes[0].category,
            handler=declared[i].handler if i in declared else None,
            count=int(told.flow),
            rate=told.rate,
            errors=int(told.errors),
            unhandled=int(told.unhandled),
            last_seen=told.last_seen or None,
            declared_at=declared[i].at if i in declared else None,
            stray=home[0] is NodeKind.SUBSCRIPTION and i not in declared and home[1] in registered,
            types=type_names(nodes) if home[0] is not NodeKind.TYPE else (),
        )
        for i, ((home, nodes), told) in enumerate(zip(residents.items(), node_numbers(listed, flows), strict=True))
        if told.last_seen or i in declared
    ]
