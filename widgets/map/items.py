"""What the map is drawn of: boxes for nodes and curves for edges. They know how to look, not what to do."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.topology.findings import Finding
from app.topology.map import MapEdge, MapNode, NodeKind
from eventscope.chart import LinkKind
from widgets.look.blend import mixed
from widgets.look.fonts import mono_font, ui_font
from widgets.look.palette import Palette
from widgets.look.theme import current_palette
from widgets.look.tools import plain_tip
from widgets.map.chips import chips_of, draw_chips, draw_icon, room_for_chips
from widgets.map.facts import age_text, name_of, node_facts, rate_text, troubles
from widgets.map.layout import arrow, curve
from widgets.map.shapes import ICONS, outline

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
HOLLOW: Final = 0.6
"""How much of the outline's colour is left where nothing was seen."""

ICON_PX: Final = 12
ICON_ROOM_PX: Final = 18
"""What the icon of a kind takes before the name."""

CAP_PX: Final = 8
"""What the end of a tube takes behind its figures."""
TUBES: Final = (NodeKind.QUEUE, NodeKind.GROUP)

WITHOUT_RATE: Final = (NodeKind.GROUP, NodeKind.CONSUMER)
"""Kinds of which nobody tells a rate."""

WAY_TONES: Final = {LinkKind.DEAD_LETTER: "critical", LinkKind.DELAY: "muted", LinkKind.ALTERNATE: "high"}


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
    icon = ICON_ROOM_PX if node.kind in ICONS else 0
    rate = 0 if node.kind in WITHOUT_RATE else RATE_PX
    name = QFontMetricsF(ui_font()).horizontalAdvance(name_of(node))
    return name + 2 * PADDING + icon + room_for_chips(node.kind) + rate + cap_of(node.kind)


def cap_of(kind: NodeKind) -> float:
    """What the shape takes of the right end."""
    return CAP_PX if kind in TUBES else 0


def glow(last_seen: int | None, now: int) -> float:
    """From 1 for something seen just now to 0 for long ago."""
    return 0.0 if last_seen is None else math.exp(-max(now - last_seen, 0) / 1e9 / RECENT_S)


class NodeItem(QGraphicsItem):
    """One box."""

    def __init__(self, node: MapNode) -> None:
        super().__init__()
        self.node = node
        self.failing = 0.0
        self.findings: tuple[Finding, ...] = ()
        self.light = Light.PLAIN
        self.chosen = False
        self._glow = 0.0
        self._age = ""
        self._box = QRectF()
        self._needed = node_width(node)
        self._fitted: tuple[object, str] = None, ""
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

    def show_node(self, node: MapNode, failing: float, now: int, findings: tuple[Finding, ...] = ()) -> None:
        """Take over fresh numbers."""
        fresh, age = round(glow(node.last_seen, now), 1), age_text(node.charted_at, now)
        known = (self.node, self.failing, self._glow, self._age, self.findings)
        if (node, failing, fresh, age, findings) != known:
            self.node, self.failing, self._glow, self._age, self.findings = node, failing, fresh, age, findings
            self.setToolTip(plain_tip(node_facts(node, failing, findings, now)))
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
        palette, node = current_palette(), self.node
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen(palette))
        painter.setBrush(self._ground(palette))
        painter.drawPath(outline(node.kind, self._box.adjusted(0.5, 0.5, -0.5, -0.5)))
        inside = self._box.adjusted(PADDING, 0, -PADDING - cap_of(node.kind), 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        if node.kind in ICONS:
            colour = ink(palette.muted, self.light)
            spot = QRectF(inside.left(), inside.center().y() - ICON_PX / 2, ICON_PX, ICON_PX)
            draw_icon(painter, ICONS[node.kind], spot, colour)
            inside.setLeft(inside.left() + ICON_ROOM_PX)
        painter.setFont(ui_font())
        painter.setPen(ink(palette.text if node.observed else palette.muted, self.light))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | middle, self._name(inside.width()))
        self._draw_figures(painter, palette, inside)
        self._draw_badges(painter, palette)

    @property
    def crowded(self) -> bool:
        """Whether the box is too narrow for the whole name: then it has no rate, and what is left of its name."""
        return self._box.width() < self._needed

    def _name(self, room: float) -> str:
        """The name, shortened in its middle where it must be: beginnings and ends tell names apart."""
        name = name_of(self.node)
        if not self.crowded:
            return name
        room -= room_for_chips(self.node.kind) if chips_of(self.node) else 0
        if self._fitted[0] != (name, room):
            fitted = QFontMetricsF(ui_font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            self._fitted = (name, room), fitted
        return self._fitted[1]

    def _draw_figures(self, painter: QPainter, palette: Palette, inside: QRectF) -> None:
        """The rate at the right end, before it what waits or lags; old figures are pale."""
        old = Light.DIM if self._age else self.light
        right = inside.right()
        if self.node.kind not in WITHOUT_RATE and not self.crowded:
            if self.node.observed and not self.node.ours:
                painter.setFont(mono_font(scale=0.85))
                painter.setPen(ink(palette.muted, self.light if self.node.last_seen else old))
                middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
                painter.drawText(inside, Qt.AlignmentFlag.AlignRight | middle, rate_text(self.node.rate))
            right -= RATE_PX
        tones = {tone: ink(getattr(palette, tone), old) for tone in ("muted", "high", "critical")}
        draw_chips(painter, chips_of(self.node), right, inside, tones)

    def _ground(self, palette: Palette) -> QColor:
        """Full where something was seen that may be there, hollow where nothing was or nobody knows of it."""
        full = self.node.observed and not self.node.stray
        ground = QColor(palette.panel if full else palette.background)
        return mixed(QColor(palette.accent), ground, 0.16 * self._glow)

    def _pen(self, palette: Palette) -> QPen:
        if self.chosen or self.light is Light.LIT:
            return QPen(QColor(palette.accent), 2 if self.chosen else 1.2)
        if self.node.stray:
            return QPen(ink(palette.high, self.light), 1, Qt.PenStyle.DashLine)
        edge = ink(palette.edge, self.light)
        return QPen(edge if self.node.observed else mixed(edge, QColor(palette.background), HOLLOW), 1)

    def _draw_badges(self, painter: QPainter, palette: Palette) -> None:
        left = self._box.right() - BADGE / 2 - 4
        for icon, tone, _ in troubles(self.node, self.failing, self.findings):
            spot = QRectF(left, self._box.top() - BADGE / 2, BADGE, BADGE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.background))
            painter.drawEllipse(spot)
            draw_icon(painter, icon, spot, ink(getattr(palette, tone), self.light))
            left -= BADGE + 2


class EdgeItem(QGraphicsItem):
    """One curve: its width is the rate, red dashes the share of failures, dots a way that nothing went along."""

    def __init__(self, edge: MapEdge) -> None:
        super().__init__()
        self.edge = edge
        self.light = Light.PLAIN
        self._glow = 0.0
        self._alive = False
        self._path = QPainterPath()
        self._touch = QPainterPath()
        self._head: QPolygonF | None = None
        self.setAcceptHoverEvents(True)
        self.setZValue(0)

    def place(self, source: QRectF, target: QRectF) -> None:
        """Run from one box to another."""
        path = curve(source, target)
        if path != self._path:
            self.prepareGeometryChange()
            self._path = path
            self._head = arrow(path) if target.left() < source.right() else None
            stroker = QPainterPathStroker()
            stroker.setWidth(TOUCH_PX)
            self._touch = stroker.createStroke(path)

    def show_edge(self, edge: MapEdge, tip: str, now: int, *, alive: bool) -> None:
        """Take over fresh numbers. It is `alive` if something went along it, or is known to be at both ends."""
        fresh = round(glow(edge.last_seen, now), 1)
        if (edge, fresh, alive) != (self.edge, self._glow, self._alive):
            self.edge, self._glow, self._alive = edge, fresh, alive
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
        style = Qt.PenStyle.SolidLine if self._alive else Qt.PenStyle.DotLine
        colour = self._colour(palette)
        painter.strokePath(self._path, QPen(colour, width, style, Qt.PenCapStyle.FlatCap))
        if self._head is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(self._head)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if edge.error_share > 0:
            red = QPen(ink(palette.critical, self.light), max(width * edge.error_share, 1.4))
            red.setDashPattern([5, min(max(2 / edge.error_share, 2.0), 30.0)])
            painter.strokePath(self._path, red)

    def _colour(self, palette: Palette) -> QColor:
        """Stronger for what was seen just now."""
        if self.light is Light.LIT:
            return QColor(palette.accent)
        share = 0.35 + 0.45 * self._glow if self.edge.observed else 0.5
        tone = getattr(palette, WAY_TONES.get(self.edge.kind, "muted"))
        return mixed(ink(tone, self.light), QColor(palette.background), share)


def edge_width(rate: float) -> float:
    """Pixels for a rate: each tenfold rate is about two pixels wider."""
    return min(THINNEST + 1.9 * math.log10(1 + rate), THICKEST)
