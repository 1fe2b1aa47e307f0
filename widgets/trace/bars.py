"""Trace bars: what the timeline of a trace shows of each line.

A bar has two parts: thin while the event waits, thick while its handler runs. The wait is what users of
asynchronous systems look for.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.traces.delivery import DeliveryState
from app.traces.nodes import NodeKind, TraceNode
from widgets.look.blend import mixed
from widgets.look.palette import Palette
from widgets.table.row_painter import PRIORITY_ICONS
from widgets.trace.rows import is_error
from widgets.trace.time import TimeAxis

__all__ = ["INSET", "draw_bar", "draw_folds", "timeline"]

BAR: Final = 8
INSET: Final = 10
"""Room at both ends of the timeline, so that labels and marks are not cut."""


def timeline(area: QRectF) -> QRectF:
    """The part of a cell or header section that the time axis takes."""
    return area.adjusted(INSET, 0, -INSET, 0)


def draw_bar(painter: QPainter, palette: Palette, area: QRectF, node: TraceNode, axis: TimeAxis) -> None:
    """The bar of a line: a mark for an event, thin and thick for a delivery."""
    width, middle = area.width(), area.center().y()
    draw_folds(painter, palette, area, axis)
    start, end = area.left() + axis.x(node.start_ns, width), area.left() + axis.x(node.end_ns, width)
    colour = QColor(getattr(palette, tone_of(node)))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if node.kind is not NodeKind.DELIVERY:
        draw_mark(painter, QPointF(start, middle), colour, hollow=node.kind is NodeKind.GHOST)
    else:
        painter.setPen(QPen(mixed(colour, QColor(palette.background), 0.7), 1.5))
        painter.drawLine(QPointF(start, middle), QPointF(max(end, start + 2), middle))
        draw_work(
            painter, palette, QRectF(start, middle - BAR / 2, max(end - start, 2.0), BAR), node, axis, area, colour
        )
    painter.restore()


def tone_of(node: TraceNode) -> str:
    """An event's mark has the colour of its priority; bars are alike, so that failures stand out."""
    if is_error(node):
        return "critical"
    return "normal" if node.kind is NodeKind.DELIVERY else PRIORITY_ICONS.get(node.priority, ("", "muted"))[1]


def draw_work(
    painter: QPainter, palette: Palette, whole: QRectF, node: TraceNode, axis: TimeAxis, area: QRectF, colour: QColor
) -> None:
    """The thick part of a delivery's bar; hollow when it sums up several attempts, or nobody knows its end."""
    begin = area.left() + axis.x(node.start_ns + max(node.wait_ns or 0, 0), area.width())
    work = QRectF(begin, whole.top(), max(whole.right() - begin, 3.0), BAR)
    certain = node.attempts <= 1 and node.state is not DeliveryState.RUNNING
    if node.handle_ns is None and node.state is not DeliveryState.RUNNING:
        return
    painter.setPen(QPen(colour, 1) if not certain else Qt.PenStyle.NoPen)
    painter.setBrush(colour if certain else mixed(colour, QColor(palette.background), 0.3))
    painter.drawRoundedRect(work if certain else work.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


def draw_mark(painter: QPainter, at: QPointF, colour: QColor, *, hollow: bool) -> None:
    """A small diamond: the moment at which an event was published."""
    painter.setPen(QPen(colour, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.drawPolygon(QPolygonF([at + QPointF(*by) for by in ((-3.5, 0), (0, -3.5), (3.5, 0), (0, 3.5))]))


def draw_folds(painter: QPainter, palette: Palette, area: QRectF, axis: TimeAxis) -> None:
    """Hatch the stretches of time that are folded."""
    for stretch in axis.stretches:
        if stretch.folded:
            left, right = (area.left() + axis.x(at, area.width()) for at in (stretch.start, stretch.stop))
            fold = QRectF(left, area.top(), right - left, area.height())
            painter.fillRect(fold, QColor(palette.panel))
