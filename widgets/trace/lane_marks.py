"""The strokes that lanes are drawn with: lifelines, arrows, arcs and the marks at their ends."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.traces.delivery import DeliveryState
from widgets.look.palette import Palette
from widgets.trace.painter import STATE_ICONS, draw_icon

__all__ = ["ARROW", "draw_arc_part", "draw_arrival", "draw_line", "draw_self", "tone_of_arrival"]

ARROW: Final = 7
BOW: Final = 14
BOW_STEP: Final = 7
SELF: Final = 16
"""How far the arrow of a service to itself goes out."""
DASHES: Final = [4.0, 3.0]


def tone_of_arrival(state: DeliveryState) -> str:
    """The colour of an arrow: what went well is quiet."""
    return "muted" if state is DeliveryState.HANDLED else STATE_ICONS[state][1]


def draw_line(painter: QPainter, colour: QColor, left: QPointF, right: QPointF, *, dashed: bool = False) -> None:
    """A stroke from one point to another, with an arrow at its end."""
    pen = QPen(colour, 1.3)
    if dashed:
        pen.setDashPattern(DASHES)
    painter.setPen(pen)
    painter.drawLine(left, right)
    draw_tip(painter, colour, right, 1 if right.x() >= left.x() else -1)


def draw_tip(painter: QPainter, colour: QColor, at: QPointF, side: int) -> None:
    """An arrow's tip that points to the right (1) or to the left (-1)."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    back = at.x() - side * ARROW
    painter.drawPolygon(QPolygonF([at, QPointF(back, at.y() - 3.5), QPointF(back, at.y() + 3.5)]))


def draw_self(painter: QPainter, colour: QColor, at: QPointF) -> None:
    """The arrow of a service to itself: out, down and back."""
    path = QPainterPath(at + QPointF(3, 0))
    path.lineTo(at + QPointF(SELF, 0))
    path.lineTo(at + QPointF(SELF, 7))
    path.lineTo(at + QPointF(4, 7))
    painter.setPen(QPen(colour, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    draw_tip(painter, colour, at + QPointF(2, 7), -1)


def draw_arrival(painter: QPainter, at: QPointF, state: DeliveryState, attempts: int, *, own: bool) -> None:
    """The mark beside an arrow's end that did not simply go well, and how often it was tried."""
    if state is DeliveryState.HANDLED and attempts <= 1:
        return
    mark = STATE_ICONS[state if state is not DeliveryState.HANDLED else DeliveryState.RETRYING]
    left = int(at.x()) + (SELF + 10 if own else 8)
    draw_icon(painter, mark, QRect(left, int(at.y()) - 6, 13, 13).center())
    if attempts > 1:
        painter.drawText(QPointF(left + 16, at.y() + 4), f"×{attempts}")


def draw_arc_part(
    painter: QPainter, palette: Palette, area: QRect, line: float, from_x: float, to_x: float, bow: int, part: str
) -> None:
    """What a row shows of an arc: its end at the `bottom`, its way `through`, or its arrow at the `top`."""
    colour = QColor(palette.undo)
    pen = QPen(colour, 1.6)
    pen.setDashPattern(DASHES)
    painter.setPen(pen)
    x = from_x - BOW - BOW_STEP * (bow % 4)
    if part == "bottom":
        painter.drawLine(QPointF(from_x - 4, line), QPointF(x, line))
        painter.drawLine(QPointF(x, line), QPointF(x, area.top()))
    elif part == "through":
        painter.drawLine(QPointF(x, area.bottom() + 1), QPointF(x, area.top()))
    else:
        painter.drawLine(QPointF(x, area.bottom() + 1), QPointF(x, line))
        end = QPointF(to_x - 5 if to_x > x else to_x + 5, line)
        painter.drawLine(QPointF(x, line), end)
        draw_tip(painter, colour, end, 1 if to_x > x else -1)
