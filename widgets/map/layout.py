"""Where the map's boxes lie: layers from left to right, each as wide as its longest name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from app.topology.layout import Layout
from app.topology.map import NodeKind, TopologyMap

__all__ = ["NODE_PX", "MapLayout", "arrow", "curve"]

NODE_PX: Final = 22
"""The height of a node."""
PITCH_PX: Final = 28
GAP_PX: Final = 56
"""The usual distance between two layers, room for the curves; a wide window gets more, a narrow one less."""
LEAST_GAP_PX: Final = 32
MOST_GAP_PX: Final = 260
LEAST_LAYER_PX: Final = 112
"""Where there is no room for whole names, the widest layers shrink, but not below this."""
ARROW_PX: Final = 7.0
STEP_PX: Final = 24
"""Layers grow by whole steps, so that a slightly longer name moves nothing."""

GROWTH: Final = 1.3
"""A map nobody has touched is arranged anew when it has grown by this factor."""

LAYERS: Final = {
    NodeKind.PRODUCER: 0,
    **dict.fromkeys((NodeKind.TYPE, NodeKind.PATTERN, NodeKind.EXCHANGE, NodeKind.TOPIC), 1),
    **dict.fromkeys((NodeKind.SUBSCRIPTION, NodeKind.QUEUE, NodeKind.GROUP), 2),
    NodeKind.CONSUMER: 3,
}
"""Who publishes; what is published to; what it goes to; which programs consume it."""


class MapLayout:
    """Places that stay: a new node enters at the end of its layer, until somebody asks to arrange anew."""

    def __init__(self) -> None:
        self._layout = Layout()
        self._arranged = 0
        self.gap = GAP_PX
        self._widest = math.inf

    def update(self, picture: TopologyMap, *, touched: bool) -> bool:
        """Make room for the nodes of `picture`; True if places changed. While not `touched`, arranges by itself."""
        changed = self._layout.update({node.id: LAYERS[node.kind] for node in picture.nodes})
        if not touched and len(picture.nodes) > self._arranged * GROWTH:
            self.arrange(picture)
            return True
        return changed

    def arrange(self, picture: TopologyMap) -> None:
        """Find new places, such that edges cross little."""
        self._layout.arrange((edge.source, edge.target) for edge in picture.edges)
        self._arranged = len(picture.nodes)

    def boxes(self, widths: Mapping[str, float]) -> dict[str, QRectF]:
        """The rectangle of each node, given how wide its content is."""
        layers = self._layer_widths(widths)
        lefts: dict[int, float] = {}
        left = 0.0
        for layer, width in sorted(layers.items()):
            lefts[layer] = left
            left += width + self.gap
        height, layer_of = self._layout.height, self._layout.layer
        return {
            node: QRectF(lefts[layer_of[node]], height[node] * PITCH_PX, layers[layer_of[node]], NODE_PX)
            for node in widths
        }

    def relax(self) -> None:
        """Whole names and the usual distances."""
        self.gap, self._widest = GAP_PX, math.inf

    def widen(self, widths: Mapping[str, float], room: float) -> None:
        """Spread the layers over `room` pixels as far as that helps the eye, or crowd them into it."""
        self.relax()
        layers = self._layer_widths(widths)
        gaps = max(len(layers) - 1, 1)
        self.gap = int(min(max((room - sum(layers.values())) / gaps, LEAST_GAP_PX), MOST_GAP_PX))
        self._widest = max(widest_of(list(layers.values()), room - gaps * self.gap), LEAST_LAYER_PX)

    def _layer_widths(self, widths: Mapping[str, float]) -> dict[int, float]:
        layers: dict[int, float] = {}
        for node, width in widths.items():
            layer = self._layout.layer[node]
            layers[layer] = min(max(layers.get(layer, 0.0), -(-width // STEP_PX) * STEP_PX), self._widest)
        return layers


def widest_of(widths: list[float], room: float) -> float:
    """How wide the widest may be so that all go into `room`; infinity if they do."""
    if sum(widths) <= room:
        return math.inf
    for taken, width in enumerate(narrow := sorted(widths)):
        share = (room - sum(narrow[:taken])) / (len(narrow) - taken)
        if width >= share:
            return share
    return math.inf


def curve(source: QRectF, target: QRectF) -> QPainterPath:
    """A smooth edge from the right of one box to the left of another; back from left to right, and beside a layer."""
    back, aside = target.right() <= source.left(), source.left() < target.right() and target.left() < source.right()
    start = QPointF(source.left() if back else source.right(), source.center().y())
    end = QPointF(target.right() if back or aside else target.left(), target.center().y())
    reach = GAP_PX / 2 if aside else (end.x() - start.x()) / 2
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end + QPointF(reach if aside else -reach, 0), end)
    return path


def arrow(path: QPainterPath) -> QPolygonF:
    """The head of an arrow at the end of a curve, for those that do not run from left to right."""
    end, before = path.currentPosition(), path.pointAtPercent(0.97)
    side = ARROW_PX if end.x() > before.x() else -ARROW_PX
    return QPolygonF([end, end + QPointF(-side, -ARROW_PX / 2), end + QPointF(-side, ARROW_PX / 2)])
