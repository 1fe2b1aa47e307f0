"""Chips: what waits, lags or lies dead at a place, as small figures within its node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app.topology.map import MapNode, NodeKind
from widgets.look.fonts import mono_font
from widgets.look.icons import pixmap
from widgets.map.facts import short

__all__ = ["CHIP_PX", "Chip", "chips_of", "draw_chips", "draw_icon", "room_for_chips"]

CHIP_PX: Final = 46
"""Room for one; a node keeps it free, so that nothing moves when figures come."""
ICON_PX: Final = 10
GAP_PX: Final = 3
ROOM: Final = {NodeKind.QUEUE: 2, NodeKind.GROUP: 1, NodeKind.TOPIC: 1}
"""How many chips a kind of node may have."""


@dataclass(frozen=True, slots=True)
class Chip:
    """An icon, a figure, and the colour of the palette in which both are drawn."""

    icon: str
    text: str
    tone: str = "muted"


def chips_of(node: MapNode) -> list[Chip]:
    """The figures worth seeing at a glance; what is zero is none, but a lag of zero is good to know."""
    figures, alone = node.figures, node.figures.consumers == 0 and not node.idle
    found = []
    if figures.dead_letters > 0:
        found.append(Chip("skull", short(figures.dead_letters), "critical"))
    elif figures.depth > 0:
        found.append(Chip("layers", short(figures.depth), "high" if alone else "muted"))
    if figures.unacked > 0:
        found.append(Chip("hourglass", short(figures.unacked)))
    if figures.lag >= 0:
        found.append(Chip("history", short(figures.lag), "high" if figures.lag and alone else "muted"))
    return found[: ROOM.get(node.kind, 0)]


def room_for_chips(kind: NodeKind) -> float:
    """Pixels to keep free for the chips of such a node."""
    return ROOM.get(kind, 0) * CHIP_PX


def draw_chips(painter: QPainter, chips: list[Chip], right: float, area: QRectF, colours: dict[str, QColor]) -> None:
    """Draw them side by side, the last one ending at `right`."""
    font = mono_font(scale=0.85)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for chip in reversed(chips):
        width, colour = metrics.horizontalAdvance(chip.text), colours[chip.tone]
        painter.setPen(colour)
        text = QRectF(right - width, area.top(), width + 1, area.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, chip.text)
        spot = QRectF(text.left() - GAP_PX - ICON_PX, area.center().y() - ICON_PX / 2, ICON_PX, ICON_PX)
        draw_icon(painter, chip.icon, spot, colour)
        right -= CHIP_PX


def draw_icon(painter: QPainter, name: str, spot: QRectF, colour: QColor) -> None:
    """Draw an icon as sharp as the screen and the zoom allow."""
    ratio = painter.device().devicePixelRatioF() * max(painter.worldTransform().m11(), 1.0)
    picture = pixmap(name, round(spot.width()), colour.name(), ratio)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
