"""The scene of the subscription map: its boxes and curves, where they lie, and which of them stand out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtWidgets import QGraphicsScene

from app.topology.findings import Finding
from app.topology.map import MapEdge, MapNode, TopologyMap
from widgets.map.facts import edge_facts, name_of
from widgets.map.items import EdgeItem, Light, NodeItem, node_width
from widgets.map.layout import MapLayout

__all__ = ["Ends", "Findings", "MapScene"]

MARGIN: Final = 16

Ends = tuple[str, str]
Findings = Mapping[str, Sequence[Finding]]
"""What was found, by the id of the node that it is about."""


class MapScene(QGraphicsScene):
    """Items of a TopologyMap by the ids of its nodes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[Ends, EdgeItem] = {}
        self._places = MapLayout()
        self._widths: dict[str, float] = {}

    def show_map(self, picture: TopologyMap, now: int, findings: Findings, *, touched: bool) -> bool:
        """Show a map at `now` (ns); True if its shape is another. Places stay, once `touched` for good."""
        nodes = {node.id: node for node in picture.nodes}
        edges = {(edge.source, edge.target): edge for edge in picture.edges}
        changed = self._match_nodes(nodes) | self._match_edges(edges)
        if self._places.update(picture, touched=touched) or changed:
            self._place()
        failing = shares_failing(picture.edges)
        for id_, node in nodes.items():
            self.nodes[id_].show_node(node, failing.get(id_, 0.0), now, tuple(findings.get(id_, ())))
        for ends, edge in edges.items():
            source, target = nodes[edge.source], nodes[edge.target]
            self.edges[ends].show_edge(
                edge, edge_facts(edge, source, target), now, alive=is_alive(edge, source, target)
            )
        return changed

    def arrange(self, picture: TopologyMap) -> None:
        """Find new places for all nodes."""
        self._places.arrange(picture)
        self._place()

    def relax(self) -> None:
        """Whole names, at the usual distances."""
        self._places.relax()
        self._place()

    def widen(self, width: float) -> None:
        """Spread the layers over so many pixels as far as that helps the eye, or crowd them into it."""
        self._places.widen(self._widths, width - 2 * MARGIN)
        self._place()

    @property
    def extent(self) -> QRectF:
        """What all boxes take, with a margin."""
        extent = QRectF()
        for item in self.nodes.values():
            extent = extent.united(item.box)
        return extent.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def way(self, centre: str) -> set[str]:
        """A node, all that leads to it, and all that follows from it."""
        way = {centre}
        for here, there in ((0, 1), (1, 0)):
            onward: dict[str, list[str]] = defaultdict(list)
            for ends in self.edges:
                onward[ends[here]].append(ends[there])
            waiting = [centre]
            while waiting:
                fresh = [node for node in onward[waiting.pop()] if node not in way]
                way.update(fresh)
                waiting += fresh
        return way

    def incoming(self, id_: str) -> list[tuple[MapNode, MapEdge]]:
        """What leads to a node, and from where."""
        return [(self.nodes[source].node, item.edge) for (source, target), item in self.edges.items() if target == id_]

    def shine(self, way: Collection[str] | None, sought: str, selected: str | None) -> None:
        """Dim all but a way and the nodes whose names contain `sought`; what is on a way stands out."""
        for id_, node in self.nodes.items():
            on = (way is None or id_ in way) and sought in name_of(node.node).casefold()
            lit = Light.LIT if way is not None and selected in way else Light.PLAIN
            node.shine(lit if on else Light.DIM, id_ == selected)
        for (source, target), edge in self.edges.items():
            on = not sought if way is None else source in way and target in way
            edge.shine((Light.PLAIN if way is None else Light.LIT) if on else Light.DIM)

    def found(self, sought: str) -> list[str]:
        """The nodes whose names contain `sought`."""
        return [id_ for id_, item in self.nodes.items() if sought in name_of(item.node).casefold()]

    def nearest(self, id_: str, dx: int, dy: int) -> str | None:
        """The next node from this one in a direction: up and down in its layer, sideways along the edges."""
        here = self.nodes[id_].box.center()
        near = {end for ends in self.edges if id_ in ends for end in ends} if dx else set(self.nodes)
        ways = {other: self.nodes[other].box.center() - here for other in near - {id_}}
        if dy:
            left = self.nodes[id_].box.left()
            ways = {other: way for other, way in ways.items() if self.nodes[other].box.left() == left}
        ahead = {other: way for other, way in ways.items() if way.x() * dx + way.y() * dy > 0}
        return min(ahead, key=lambda other: ahead[other].manhattanLength(), default=None)

    def _match_nodes(self, nodes: Mapping[str, MapNode]) -> bool:
        """Make boxes for what is new, drop those of what is gone; True if there was any."""
        gone = [self.nodes.pop(id_) for id_ in self.nodes.keys() - nodes.keys()]
        for item in gone:
            self.removeItem(item)
        new = [id_ for id_ in nodes if id_ not in self.nodes]
        for id_ in new:
            self.nodes[id_] = NodeItem(nodes[id_])
            self.addItem(self.nodes[id_])
        self._widths = {id_: self._widths.get(id_) or node_width(node) for id_, node in nodes.items()}
        return bool(gone or new)

    def _match_edges(self, edges: Mapping[Ends, MapEdge]) -> bool:
        """The same for curves."""
        gone = [self.edges.pop(ends) for ends in self.edges.keys() - edges.keys()]
        for item in gone:
            self.removeItem(item)
        new = [ends for ends in edges if ends not in self.edges]
        for ends in new:
            self.edges[ends] = EdgeItem(edges[ends])
            self.addItem(self.edges[ends])
        return bool(gone or new)

    def _place(self) -> None:
        boxes = self._places.boxes(self._widths)
        for id_, node in self.nodes.items():
            node.place(boxes[id_])
        for (source, target), edge in self.edges.items():
            edge.place(boxes[source], boxes[target])
        self.setSceneRect(self.extent)


def is_alive(edge: MapEdge, source: MapNode, target: MapNode) -> bool:
    """Whether something went along an edge; what brokers tell of both ends counts as well."""
    told = source.charted_at is not None and target.charted_at is not None
    return edge.observed or (told and source.observed and target.observed)


def shares_failing(edges: list[MapEdge]) -> dict[str, float]:
    """Which share of the latest attempts failed, by the node that they went to."""
    flow: dict[str, float] = defaultdict(float)
    failed: dict[str, float] = defaultdict(float)
    for edge in edges:
        flow[edge.target] += edge.rate
        failed[edge.target] += edge.rate * edge.error_share
    return {node: failed[node] / rate for node, rate in flow.items() if rate > 0}
