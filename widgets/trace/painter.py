"""The trace painter: draws the lines of a trace, indented below their causes, each with its bar."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.traces.delivery import DeliveryState
from app.traces.hops import DEAD_LETTER, RETRY
from app.traces.nodes import NodeKind, TraceNode
from widgets.look.cards import draw
from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.palette import Palette
from widgets.look.theme import current_palette
from widgets.table.row_painter import PRIORITY_ICONS
from widgets.trace.bars import draw_bar, timeline
from widgets.trace.model import LINE, TraceColumn, TraceModel, text_of
from widgets.trace.rows import Line, is_error

__all__ = ["TracePainter", "disclosure", "event_width"]

PADDING: Final = 8
INDENT: Final = 13
ICON: Final = 13
EDGE: Final = 3
MOST_NOTE_PX: Final = 170
MOST_INDENT: Final = 24
"""Deeper levels are drawn no further to the right: a chain of a thousand causes stays readable."""

STATE_ICONS: Final = {
    DeliveryState.RUNNING: ("play", "accent"),
    DeliveryState.HANDLED: ("check", "ok"),
    DeliveryState.FAILED: ("x", "critical"),
    DeliveryState.RETRYING: ("rotate-cw", "high"),
    DeliveryState.DEAD_LETTERED: ("skull", "critical"),
    DeliveryState.DROPPED: ("ban", "critical"),
}
GHOST_ICON: Final = ("circle-question-mark", "muted")
HOP_ICON: Final = ("corner-down-right", "muted")
WAY_ICONS: Final = {RETRY: ("rotate-cw", "high"), DEAD_LETTER: ("skull", "critical")}
UNDO_ICON: Final = ("undo-2", "undo")
LATE_ICON: Final = ("clock", "high")
BADGE_ICON: Final = ("triangle-alert", "high")


def indent(node: TraceNode) -> int:
    """How far a line is moved to the right, in pixels."""
    return min(node.depth, MOST_INDENT) * INDENT


def event_width(node: TraceNode, caption: str, note: str = "") -> int:
    """How wide the first column must be to show a line's caption, and of what is said behind it a good part."""
    metrics = QFontMetrics(ui_font())
    text = metrics.horizontalAdvance(caption) + min(metrics.horizontalAdvance(note) + 6 if note else 0, MOST_NOTE_PX)
    return PADDING + indent(node) + INDENT + ICON + 6 + text + PADDING + len(marks_of(node)) * (ICON + 4) + 2


def disclosure(area: QRect, node: TraceNode) -> QRect:
    """Where the triangle is that opens and closes a branch."""
    return QRect(area.left() + PADDING - 4 + indent(node), area.top(), INDENT + 2, area.height())


class TracePainter(QStyledItemDelegate):
    """Paints a cell of the trace table."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, 24)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: Line = index.data(LINE)
        model = index.model()
        assert isinstance(model, TraceModel)
        palette, area = current_palette(), QRect(option.rect)
        self._draw_ground(painter, option, line, index.column())
        if index.column() == TraceColumn.EVENT:
            self._draw_event(painter, palette, area, line, index.data(), model.note(line.node))
        elif index.column() == TraceColumn.TIMELINE:
            draw_bar(painter, palette, timeline(QRectF(area)), line.node, model.axis)
        else:
            self._draw_text(painter, palette, area, line.node, index.column())

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, line: Line, column: int) -> None:
        palette, area = current_palette(), QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(palette.selection))
            if column == TraceColumn.EVENT:
                painter.fillRect(area.left(), area.top(), EDGE, area.height(), QColor(palette.accent))
        elif is_error(line.node):
            painter.fillRect(area, QColor(palette.tint_failed))

    def _draw_event(
        self, painter: QPainter, palette: Palette, area: QRect, line: Line, caption: str, note: str
    ) -> None:
        node = line.node
        painter.setPen(QPen(QColor(palette.line), 1))
        for level in range(min(node.depth, MOST_INDENT)):
            x = area.left() + PADDING + 4 + level * INDENT
            painter.drawLine(x, area.top(), x, area.bottom())
        if node.children:
            name = "chevron-down" if line.opened else "chevron-right"
            draw_icon(painter, (name, "muted"), disclosure(area, node).center())
        left = area.left() + PADDING + indent(node) + INDENT
        middle = area.center().y()
        draw_icon(painter, icon_of(node), QRect(left, middle, ICON, 1).center())
        left += ICON + 6
        right = area.right() - PADDING
        for mark in marks_of(node):
            right -= ICON
            draw_icon(painter, mark, QRect(right, middle, ICON, 1).center())
            right -= 4
        text = QRect(left, area.top(), right - left, area.height())
        quiet = node.kind is not NodeKind.EVENT
        calm = palette.undo if node.undoes is not None else palette.muted if quiet else palette.text
        taken = draw(painter, text, caption, ui_font(), palette.critical if is_error(node) else calm)
        if note:
            text.setLeft(text.left() + taken + 6)
            draw(painter, text, note, ui_font(scale=0.92), palette.high if node.left else palette.muted)

    def _draw_text(self, painter: QPainter, palette: Palette, area: QRect, node: TraceNode, column: int) -> None:
        numbers = column in (TraceColumn.WAIT, TraceColumn.HANDLE)
        inside = area.adjusted(PADDING, 0, -PADDING, 0)
        font = mono_font(scale=0.92) if numbers else ui_font()
        quiet = column == TraceColumn.HOP or node.kind in (NodeKind.EVENT, NodeKind.HOP)
        draw(painter, inside, text_of(node, column), font, palette.muted if quiet else palette.text, right=numbers)


def icon_of(node: TraceNode) -> tuple[str, str]:
    """The mark of a line: an event's priority, its way on, what became of a delivery, or that a cause is missing."""
    if node.kind is NodeKind.GHOST:
        return GHOST_ICON
    if node.kind is NodeKind.HOP:
        return WAY_ICONS.get(node.way or "", HOP_ICON)
    if node.undoes is not None:
        return UNDO_ICON
    if node.state is not None:
        return STATE_ICONS[node.state]
    return PRIORITY_ICONS.get(node.priority, ("circle-outline", "muted"))


def marks_of(node: TraceNode) -> list[tuple[str, str]]:
    """The marks at the right end: something is odd, or late."""
    badges = [BADGE_ICON] if node.badges and node.kind is not NodeKind.GHOST else []
    return [*badges, *([LATE_ICON] if node.over else [])]


def draw_icon(painter: QPainter, mark: tuple[str, str], centre: QPoint) -> None:
    """An icon in a colour of the palette around a point."""
    name, tone = mark
    picture = pixmap(name, ICON, getattr(current_palette(), tone), painter.device().devicePixelRatioF())
    painter.drawPixmap(centre - QPoint(ICON // 2, ICON // 2), picture)
