"""What the map is drawn of: boxes for nodes and curves for edges. They know how to look, not what to do."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.topology.map import MapEdge, MapNode, NodeKind
from widgets.look.blend import mixed
from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.palette import Palette
from widgets.look.theme import current_palette
from widgets.look.tools import plain_tip
from widgets.map.facts import name_of, node_facts, rate_text, troubles
from widgets.map.layout import NODE_PX, curve

__all__ = ["EdgeItem", "Light", "NodeItem", "node_width"]

PADDING: Final = 10
RATE_PX: Final = 46
BADGE: Final = 14
RECENT_S: Final = 4.0
"""How long a node glows after its last event: by then the glow is down to 37 %."""
TOUCH_PX: Final = 10
"""How near to a curve the pointer counts as on it."""
THINNEST, THICKEST = 1.0, 7.0
DIMMED: Final = 0.3

SHAPES: Final = {
    NodeKind.PRODUCER: 3.0,
    NodeKind.TYPE: NODE_PX / 2,
    NodeKind.PATTERN: NODE_PX / 2,
    NodeKind.SUBSCRIPTION: 3.0,
}
"""The radius of the corners: programs are boxes, event types are pills."""


class Light(IntEnum):
    """How much an item stands out."""

    DIM = 0
    PLAIN = 1
    LIT = 2


def ink(colour: str, light: Light) -> QColor:
    """A colour of the palette, paler on what is dimmed: painting through opacity is six times slower."""
    full = QColor(colour)
    return mixed(full, QColor(current_palette().background), DIMMED) if light is Light.DIM else full


def node_width(node: MapNode) -> float:
    """How wide a node is with its whole name."""
    return QFontMetricsF(ui_font()).horizontalAdvance(name_of(node)) + 2 * PADDING + RATE_PX


def glow(last_seen: int | None, now: int) -> float:
    """From 1 for something seen just now to 0 for long ago."""
    return 0.0 if last_seen is None else math.exp(-max(now - last_seen, 0) / 1e9 / RECENT_S)


class NodeItem(QGraphicsItem):
    """One box."""

    def __init__(self, node: MapNode) -> None:
        super().__init__()
        self.node = node
        self.failing = 0.0
        self.light = Light.PLAIN
        self.chosen = False
        self._glow = 0.0
        self._box = QRectF()
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setZValue(2)

    @property
    def box(self) -> QRectF:
        """Where it lies in the scene."""
        return self._box

    def place(self, box: QRectF) -> None:
        """Lie here."""
        if box != self._box:
            self.prepareGeometryChange()
            self._box = box

    def show_node(self, node: MapNode, failing: float, now: int) -> None:
        """Take over fresh numbers."""
        fresh = round(glow(node.last_seen, now), 1)
        if (node, failing, fresh) != (self.node, self.failing, self._glow):
            self.node, self.failing, self._glow = node, failing, fresh
            self.setToolTip(plain_tip(node_facts(node, failing)))
            self.update()

    def shine(self, light: Light, chosen: bool) -> None:
        """Stand out more or less."""
        if (light, chosen) != (self.light, self.chosen):
            self.light, self.chosen = light, chosen
            self.update()

    def boundingRect(self) -> QRectF:
        return self._box.adjusted(-2, -BADGE / 2 - 1, BADGE / 2 + 1, 2)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self._box)
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        palette, seen = current_palette(), self.node.observed
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._outline(palette))
        painter.setBrush(mixed(QColor(palette.accent), QColor(palette.background), 0.16 * self._glow * seen))
        radius = SHAPES[self.node.kind]
        painter.drawRoundedRect(self._box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        inside = self._box.adjusted(PADDING, 0, -PADDING, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(ui_font())
        painter.setPen(ink(palette.text if seen else palette.muted, self.light))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | middle, name_of(self.node))
        if seen:
            painter.setFont(mono_font(scale=0.85))
            painter.setPen(ink(palette.muted, self.light))
            painter.drawText(inside, Qt.AlignmentFlag.AlignRight | middle, rate_text(self.node.rate))
        self._draw_badges(painter, palette)

    def _outline(self, palette: Palette) -> QPen:
        if self.chosen or self.light is Light.LIT:
            return QPen(QColor(palette.accent), 2 if self.chosen else 1.2)
        style = Qt.PenStyle.SolidLine if self.node.observed else Qt.PenStyle.DashLine
        return QPen(ink(palette.edge, self.light), 1, style)

    def _draw_badges(self, painter: QPainter, palette: Palette) -> None:
        left = self._box.right() - BADGE / 2 - 4
        ratio = painter.device().devicePixelRatioF() * max(painter.worldTransform().m11(), 1.0)
        for icon, tone, _ in troubles(self.node, self.failing):
            spot = QRectF(left, self._box.top() - BADGE / 2, BADGE, BADGE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.background))
            painter.drawEllipse(spot)
            picture = pixmap(icon, BADGE, ink(getattr(palette, tone), self.light).name(), ratio)
            painter.drawPixmap(spot, picture, QRectF(picture.rect()))
            left -= BADGE + 2


class EdgeItem(QGraphicsItem):
    """One curve: its width is the rate, red dashes the share of failures, thin dashes a declaration."""

    def __init__(self, edge: MapEdge) -> None:
        super().__init__()
        self.edge = edge
        self.light = Light.PLAIN
        self._glow = 0.0
        self._path = QPainterPath()
        self._touch = QPainterPath()
        self.setAcceptHoverEvents(True)
        self.setZValue(0)

    def place(self, source: QRectF, target: QRectF) -> None:
        """Run from one box to another."""
        path = curve(source, target)
        if path != self._path:
            self.prepareGeometryChange()
            self._path = path
            stroker = QPainterPathStroker()
            stroker.setWidth(TOUCH_PX)
            self._touch = stroker.createStroke(path)

    def show_edge(self, edge: MapEdge, tip: str, now: int) -> None:
        """Take over fresh numbers."""
        fresh = round(glow(edge.last_seen, now), 1)
        if (edge, fresh) != (self.edge, self._glow):
            self.edge, self._glow = edge, fresh
            self.setToolTip(plain_tip(tip))
            self.update()

    def shine(self, light: Light) -> None:
        """Stand out more or less."""
        if light is not self.light:
            self.light = light
            self.setZValue(1 if light is Light.LIT else 0)
            self.update()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-THICKEST, -THICKEST, THICKEST, THICKEST)

    def shape(self) -> QPainterPath:
        return self._touch

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        palette, edge = current_palette(), self.edge
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = edge_width(edge.rate)
        style = Qt.PenStyle.SolidLine if edge.observed else Qt.PenStyle.DashLine
        painter.strokePath(self._path, QPen(self._colour(palette), width, style, Qt.PenCapStyle.FlatCap))
        if edge.error_share > 0:
            red = QPen(ink(palette.critical, self.light), max(width * edge.error_share, 1.4))
            red.setDashPattern([5, min(max(2 / edge.error_share, 2.0), 30.0)])
            painter.strokePath(self._path, red)

    def _colour(self, palette: Palette) -> QColor:
        """Stronger for what was seen just now."""
        if self.light is Light.LIT:
            return QColor(palette.accent)
        share = 0.35 + 0.45 * self._glow if self.edge.observed else 0.5
        return mixed(ink(palette.muted, self.light), QColor(palette.background), share)


def edge_width(rate: float) -> float:
    """Pixels for a rate: each tenfold rate is about two pixels wider."""
    return min(THINNEST + 1.9 * math.log10(1 + rate), THICKEST)
