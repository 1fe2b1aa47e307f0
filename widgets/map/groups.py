"""Map groups: a map with more nodes than can be read is drawn with one node for each group of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Final

from app.topology.map import MapEdge, MapNode, NodeKind, TopologyMap
from eventscope.chart import UNTOLD
from eventscope.connector import Figures

__all__ = ["MANY", "MOST_NODES", "readable"]

MOST_NODES: Final = 150
"""What can be read on one screen; beyond, nodes are grouped."""

MANY: Final = "many\x1f"
"""How the ids of groups begin."""

HEAD: Final = re.compile(r"[^._:/ -]+")
"""The first part of a name: the service of `order_service.worker-3`, the class of `Saga.step`."""

GroupOf = Callable[[MapNode], str]


def readable(picture: TopologyMap) -> TopologyMap:
    """The same map with at most about MOST_NODES nodes.

    Types are grouped by category first, then the others by their names, then places by their broker; at last, of each
    kind only those that were seen first stay by themselves, because an order by rate would never stand still.
    """
    for group_of in (by_category, by_name, by_broker):
        if len(picture.nodes) > MOST_NODES:
            picture = grouped(picture, group_of)
    return picture if len(picture.nodes) <= MOST_NODES else grouped(picture, by_age(picture))


def by_category(node: MapNode) -> str:
    """Types of one category belong together, all else stays by itself."""
    return f"{node.category or 'no category'}" if node.kind is NodeKind.TYPE else ""


def by_name(node: MapNode) -> str:
    """All but types belong together with those whose names begin alike."""
    head = HEAD.match(node.name)
    return head.group() if head and node.kind is not NodeKind.TYPE else ""


def by_broker(node: MapNode) -> str:
    """All places of one kind at one broker belong together."""
    return node.channel if node.charted_at is not None else ""


def by_age(picture: TopologyMap) -> GroupOf:
    """All but the first nodes of each kind belong together."""
    kinds: dict[NodeKind, list[str]] = defaultdict(list)
    for node in picture.nodes:
        kinds[node.kind].append(node.id)
    late = {id_ for ids in kinds.values() for id_ in ids[MOST_NODES // len(NodeKind) :]}
    return lambda node: "others" if node.id in late else ""


def grouped(picture: TopologyMap, group_of: GroupOf) -> TopologyMap:
    """The map with each group of two nodes or more as one node."""
    members: dict[str, list[MapNode]] = defaultdict(list)
    for node in picture.nodes:
        group = group_of(node)
        members[f"{MANY}{node.kind}\x1f{node.channel}\x1f{group}" if group else node.id].append(node)
    names = {key: group_of(nodes[0]) for key, nodes in members.items()}
    home = {node.id: key if len(nodes) > 1 else node.id for key, nodes in members.items() for node in nodes}
    nodes = [merged_node(key, names[key], nodes) if len(nodes) > 1 else nodes[0] for key, nodes in members.items()]
    edges: dict[tuple[str, str], list[MapEdge]] = defaultdict(list)
    for edge in picture.edges:
        if (ends := (home[edge.source], home[edge.target]))[0] != ends[1]:
            edges[ends].append(edge)
    return replace(picture, nodes=nodes, edges=[merged_edge(*ends, found) for ends, found in edges.items()])


def merged_node(key: str, name: str, nodes: list[MapNode]) -> MapNode:
    """One node for all of them."""
    return replace(
        nodes[0],
        id=key,
        name=f"{name} · {sum(node.size for node in nodes):,} {nodes[0].kind}s",
        size=sum(node.size for node in nodes),
        handler=None,
        count=sum(node.count for node in nodes),
        rate=sum(node.rate for node in nodes),
        errors=sum(node.errors for node in nodes),
        unhandled=sum(node.unhandled for node in nodes),
        last_seen=latest(node.last_seen for node in nodes),
        figures=summed([node.figures for node in nodes]),
        charted_at=latest(node.charted_at for node in nodes),
        text="",
        types=(),
    )


def summed(all_figures: list[Figures]) -> Figures:
    """What they add up to, as far as it is told."""
    known = ([getattr(figures, each.name) for figures in all_figures] for each in fields(Figures))
    return Figures(*(sum(n for n in numbers if n >= 0) if max(numbers) >= 0 else UNTOLD for numbers in known))


def merged_edge(source: str, target: str, edges: list[MapEdge]) -> MapEdge:
    """One edge for all of them; shares and means are weighted by rate."""
    rate = sum(edge.rate for edge in edges)
    measured = [edge for edge in edges if edge.mean_ms is not None]
    weight = sum(edge.rate for edge in measured)
    slow = sum((edge.mean_ms or 0.0) * edge.rate for edge in measured)
    return replace(
        edges[0],
        source=source,
        target=target,
        count=sum(edge.count for edge in edges),
        rate=rate,
        bytes_per_s=sum(edge.bytes_per_s for edge in edges),
        errors=sum(edge.errors for edge in edges),
        error_share=sum(edge.error_share * edge.rate for edge in edges) / rate if rate else 0.0,
        retried=sum(edge.retried for edge in edges),
        dead_lettered=sum(edge.dead_lettered for edge in edges),
        dropped=sum(edge.dropped for edge in edges),
        mean_ms=slow / weight if weight else None,
        last_seen=latest(edge.last_seen for edge in edges),
        declared=any(edge.declared for edge in edges),
        text="",
    )


def latest(times: Iterable[int | None]) -> int | None:
    """The latest of those that are known."""
    return max((time for time in times if time is not None), default=None)
