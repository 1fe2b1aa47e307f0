"""Places on the map: what brokers tell, laid over what was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.topology.charts import Charted, Charts
from app.topology.homes import spot_id
from app.topology.map import MapEdge, MapNode, NodeKind
from eventscope.connector import Link, LinkKind

PLACES: Final = {NodeKind.EXCHANGE, NodeKind.TOPIC, NodeKind.QUEUE, NodeKind.GROUP, NodeKind.CONSUMER}
"""What only a broker can tell of."""

MOST_WORDS: Final = 4
"""So many conditions of one edge are named."""


def charted_nodes(charts: Charts, seen: Iterable[MapNode]) -> list[MapNode]:
    """What was seen, with what was charted of it, and then what was only charted."""
    known = {spot_id(*key): charts.places[key] for key in sorted(charts.places)}
    told = {(broker, spot.kind.value) for (broker, spot), charted in charts.places.items() if not charted.place.ours}
    nodes = {
        node.id: replace(node, stray=True) if node.kind in PLACES and (node.channel, node.kind.value) in told else node
        for node in seen
    }
    for id_ in sorted(known):
        nodes[id_] = _with_chart(nodes.get(id_), id_, known[id_])
    return list(nodes.values())


def _with_chart(node: MapNode | None, id_: str, charted: Charted) -> MapNode:
    place, kind = charted.place, NodeKind(charted.place.kind.value)
    channel = "" if kind is NodeKind.PRODUCER else charted.broker
    node = node or MapNode(id_, kind, channel, place.name, rate=max(place.figures.rate, 0.0))
    return replace(
        node,
        stray=False,
        declared_at=charted.since,
        figures=place.figures,
        charted_at=charted.taken_at,
        text=place.text,
        ours=place.ours,
        idle=place.idle,
    )


def charted_edges(charts: Charts, seen: Iterable[MapEdge]) -> list[MapEdge]:
    """The same for edges. Several ways between two places are one edge that names their conditions."""
    ways: dict[tuple[str, str], list[Link]] = defaultdict(list)
    brokers: dict[tuple[str, str], str] = {}
    for broker, links in sorted(charts.links.items()):
        for link in links:
            if (broker, link.origin) in charts.places and (broker, link.target) in charts.places:
                ends = spot_id(broker, link.origin), spot_id(broker, link.target)
                ways[ends].append(link)
                brokers[ends] = broker
    edges = {(edge.source, edge.target): edge for edge in seen}
    for ends in sorted(ways):
        edge = edges.get(ends) or MapEdge(*ends, brokers[ends])
        edges[ends] = replace(edge, declared=True, text=_words(ways[ends]), kind=_kind(ways[ends]))
    return list(edges.values())


def _words(links: list[Link]) -> str:
    words = sorted({link.text for link in links if link.text})
    more = len(words) - MOST_WORDS
    return ", ".join(words[:MOST_WORDS]) + (f" and {more:,} more" if more > 0 else "")


def _kind(links: list[Link]) -> LinkKind:
    """The plainest of them: a way for what arrives as well as for what died is no way for dead letters only."""
    order = list(LinkKind)
    return min((link.kind for link in links), key=order.index)
