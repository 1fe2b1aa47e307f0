"""Map filters: which filter shows the events of a node, or those that go along an edge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from app.filter.clause import clause
from app.topology.map import MapEdge, MapNode, NodeKind, TopologyMap
from eventscope.chart import LinkKind
from widgets.map.groups import MANY

__all__ = ["Incoming", "edge_filter", "incoming", "node_filter"]

Incoming = Sequence[tuple[MapNode, MapEdge]]
"""What leads to a node, and from where."""

FIELDS: Final = {NodeKind.PRODUCER: "producer", NodeKind.TYPE: "type", NodeKind.SUBSCRIPTION: "subscription"}

PLAIN: Final = re.compile(r"[^\w.\-→]")
"""A value with wildcards stands without quotes, where only these characters stand for themselves."""


def node_filter(node: MapNode, incoming: Incoming = ()) -> str | None:
    """The filter for a node's events; None where the language has no word for it (groups, unknown names)."""
    field = FIELDS.get(node.kind)
    if node.id.startswith(MANY) or node.name.startswith("…") or (field and node.name.startswith("(")):
        return None
    if field:
        return clause(field, node.name)
    patterns = list(dict.fromkeys(_patterns(node, incoming)))
    return f"channel:{','.join(patterns)}" if patterns else None


def incoming(picture: TopologyMap) -> dict[str, list[tuple[MapNode, MapEdge]]]:
    """What leads to each node, by its id."""
    nodes = {node.id: node for node in picture.nodes}
    found: dict[str, list[tuple[MapNode, MapEdge]]] = {}
    for edge in picture.edges:
        found.setdefault(edge.target, []).append((nodes[edge.source], edge))
    return found


def edge_filter(source: MapNode, target: MapNode, edge: MapEdge | None = None) -> str | None:
    """The filter for the events that go along an edge."""
    if edge is not None and target.kind in (NodeKind.QUEUE, NodeKind.GROUP):
        return node_filter(target, [(source, edge)])
    return " ".join(filter(None, (node_filter(source), node_filter(target)))) or None


def _patterns(node: MapNode, incoming: Incoming) -> Iterable[str]:
    """The channels of a place: its own, or those of what leads to it, as far as their conditions go."""
    name = _glob(node.name)
    if node.kind is NodeKind.TOPIC:
        yield f"{name}[*"
    elif node.kind is NodeKind.EXCHANGE:
        yield f"{name}?→*"
    elif node.kind is NodeKind.QUEUE and node.text.startswith("stream"):
        yield f"{name}@*"
    elif node.kind in (NodeKind.QUEUE, NodeKind.GROUP):
        for source, edge in incoming:
            if edge.kind is LinkKind.FLOW and source.kind is NodeKind.TOPIC:
                yield from _patterns(source, ())
            elif edge.kind is LinkKind.FLOW and source.kind is NodeKind.EXCHANGE:
                yield from (f"{_glob(source.name)}?→{key}" for key in _keys(edge.text))


def _keys(text: str) -> list[str]:
    """Routing keys as globs: AMQP's `#` and `*` are both `*`. Arguments of a headers exchange cannot be told so."""
    if not text or " and " in text or "=" in text:
        return ["*"]
    return [f"?{_glob(key.replace('#', '*'), keep='*')}" for key in text.split(", ")]


def _glob(text: str, keep: str = "") -> str:
    return "".join(c if c in keep or not PLAIN.match(c) else "?" for c in text)
