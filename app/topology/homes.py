"""Homes: which nodes of the graph are one node of the map.

The same type on the same channel is one node whichever source saw it. At a source that charts its broker, all types of
a channel are one node, the topic or exchange of that name, and who got them is a group or queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.topology.charts import Charts
from app.topology.graph import Node
from app.topology.map import NodeKind
from eventscope.connector import PlaceKind, Spot

__all__ = ["Home", "home_of", "homes", "node_id", "spot_id", "type_names"]

Home = tuple[NodeKind, str, str]
"""Kind, channel or broker, and name."""

MOST_TYPES: Final = 5
"""So many types of a place are named."""


def home_of(node: Node, charts: Charts) -> Home:
    """Where a node of the graph stands on the map."""
    if node.kind is NodeKind.TYPE and (found := charts.home(node.source, node.channel)):
        return NodeKind(found[1].kind.value), found[0], found[1].name
    if node.kind is NodeKind.SUBSCRIPTION and (found := charts.home(node.source, node.channel)):
        reader = NodeKind.GROUP if found[1].kind is PlaceKind.TOPIC else NodeKind.QUEUE
        return reader, found[0], node.name
    return node.kind, node.channel, node.name


def homes(nodes: Iterable[Node], charts: Charts) -> tuple[list[int], dict[Home, list[Node]]]:
    """The number of each node's home, and who lives in each, in order of appearance."""
    residents: dict[Home, list[Node]] = {}
    numbers: dict[Home, int] = {}
    at: list[int] = []
    for node in nodes:
        home = home_of(node, charts)
        at.append(numbers.setdefault(home, len(numbers)))
        residents.setdefault(home, []).append(node)
    return at, residents


def type_names(residents: Iterable[Node]) -> tuple[str, ...]:
    """A few of the event types that live in one place."""
    names = dict.fromkeys(node.name for node in residents if node.kind is NodeKind.TYPE)
    return tuple(names)[:MOST_TYPES]


def node_id(home: Home) -> str:
    """A text that no other node has."""
    return "\x1f".join(home)


def spot_id(broker: str, spot: Spot) -> str:
    """The same for a charted place. Programs that publish are one, whoever tells of them."""
    kind = NodeKind(spot.kind.value)
    return node_id((kind, "" if spot.kind is PlaceKind.PRODUCER else broker, spot.name))
