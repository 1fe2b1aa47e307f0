"""Shapes of the map: programs are boxes, event types pills, topics and exchanges hexagons, queues and groups tubes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from app.topology.map import NodeKind
from widgets.map.layout import NODE_PX

__all__ = ["ICONS", "outline"]

CORNER_PX: Final = 3.0
TIP_PX: Final = 9.0
"""How far the ends of a hexagon stand out."""
BULGE_PX: Final = 6.0
"""How far the ends of a tube stand out."""

ICONS: Final = {
    NodeKind.EXCHANGE: "shuffle",
    NodeKind.TOPIC: "logs",
    NodeKind.QUEUE: "inbox",
    NodeKind.GROUP: "users",
}


def outline(kind: NodeKind, box: QRectF) -> QPainterPath:
    """The outline of a node in its box."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    if kind in (NodeKind.EXCHANGE, NodeKind.TOPIC):
        path.addPolygon(_hexagon(box))
        path.closeSubpath()
    elif kind in (NodeKind.QUEUE, NodeKind.GROUP):
        _add_tube(path, box)
    else:
        radius = NODE_PX / 2 if kind in (NodeKind.TYPE, NodeKind.PATTERN) else CORNER_PX
        path.addRoundedRect(box, radius, radius)
    return path


def _hexagon(box: QRectF) -> QPolygonF:
    left, right, middle = box.left() + TIP_PX, box.right() - TIP_PX, box.center().y()
    return QPolygonF(
        [
            QPointF(box.left(), middle), QPointF(left, box.top()), QPointF(right, box.top()),
            QPointF(box.right(), middle), QPointF(right, box.bottom()), QPointF(left, box.bottom()),
        ]
    )  # fmt: skip


def _add_tube(path: QPainterPath, box: QRectF) -> None:
    """A lying cylinder: what goes in at the left comes out at the right."""
    cap = QRectF(box.left(), box.top(), 2 * BULGE_PX, box.height())
    end = QRectF(box.right() - 2 * BULGE_PX, box.top(), 2 * BULGE_PX, box.height())
    path.moveTo(cap.center().x(), box.top())
    path.arcTo(cap, 90, 180)
    path.lineTo(end.center().x(), box.bottom())
    path.arcTo(end, 270, 180)
    path.closeSubpath()
    path.moveTo(end.center().x(), box.top())
    path.arcTo(end, 90, 180)
