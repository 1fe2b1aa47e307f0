"""The lane painter: draws one message as arrows between lifelines, and what passes it on the way to another."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.display import display
from app.traces.delivery import DeliveryState
from app.traces.hops import DEAD_LETTER
from widgets.look.cards import draw
from widgets.look.fonts import mono_font, ui_font
from widgets.look.palette import Palette
from widgets.look.theme import current_palette
from widgets.table.row_painter import PRIORITY_ICONS
from widgets.trace.lane_marks import draw_arc_part, draw_arrival, draw_line, draw_self, tone_of_arrival
from widgets.trace.lane_plan import GUTTER
from widgets.trace.lane_rows import LANE_ROW, Arrival, LaneModel, LaneRow
from widgets.trace.painter import draw_icon
from widgets.trace.rows import is_error
from widgets.trace.time import span_text

__all__ = ["ROW_PX", "LanePainter"]

ROW_PX: Final = 36
LINE: Final = 25
"""Where in a row its arrow lies; its label stands above."""
EDGE: Final = 3
LABEL_LIMIT: Final = 160
MARK_PX: Final = 17
"""Room for an icon before a label."""
LEAST_NOTE_PX: Final = 40
ASKED_PX: Final = 7
"""How far below the arrow that of who leads lies."""

Index = QModelIndex | QPersistentModelIndex


class LanePainter(QStyledItemDelegate):
    """Paints a row of the lanes."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LaneRow = index.data(LANE_ROW)
        model = index.model()
        assert isinstance(model, LaneModel)
        palette, area = current_palette(), QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = draw_ground(painter, palette, area, row, chosen=chosen)
        lifelines(painter, palette, area, model)
        draw_arcs(painter, palette, area, model, index.row())
        if row.node is None:
            draw_pause(painter, palette, area, row)
        else:
            draw_time(painter, palette, area, row)
            self._draw_message(painter, palette, area, row, model, ground)
        painter.restore()

    def _draw_message(
        self, painter: QPainter, palette: Palette, area: QRect, row: LaneRow, model: LaneModel, ground: QColor
    ) -> None:
        line, origin = area.top() + LINE, x_of(model, area, row.origin)
        start = QPointF(origin, line)
        draw_ways_in(painter, palette, area, row, model, start)
        for arrival in sorted(row.arrivals, key=went_well, reverse=True):
            end = QPointF(x_of(model, area, arrival.place), line)
            colour = QColor(getattr(palette, tone_of_arrival(arrival.state)))
            if arrival.place == row.origin:
                draw_self(painter, colour, start)
            else:
                draw_line(painter, colour, start, end, dashed=not went_well(arrival))
            painter.setFont(mono_font(scale=0.85))
            painter.setPen(colour)
            draw_arrival(painter, end, arrival.state, arrival.attempts, own=arrival.place == row.origin)
        draw_dot(painter, palette, row, start)
        draw_label(painter, palette, area, row, model, ground)


def went_well(arrival: Arrival) -> bool:
    """Whether nothing has to be said of a delivery; the others are drawn last, over these."""
    return arrival.state in (DeliveryState.HANDLED, DeliveryState.RUNNING)


def x_of(model: LaneModel, area: QRect, place: int) -> int:
    """Where a column's lifeline lies in a row's area."""
    return area.left() + model.plan.x(place, area.width())


def draw_ground(painter: QPainter, palette: Palette, area: QRect, row: LaneRow, *, chosen: bool) -> QColor:
    """What lies behind a row; returns its colour."""
    failed = row.node is not None and is_error(row.node)
    ground = QColor(palette.selection if chosen else palette.tint_failed if failed else palette.background)
    painter.fillRect(area, ground)
    if chosen:
        painter.fillRect(area.left(), area.top(), EDGE, area.height(), QColor(palette.accent))
    return ground


def lifelines(painter: QPainter, palette: Palette, area: QRect, model: LaneModel) -> None:
    """The lines of all columns."""
    painter.setPen(QPen(QColor(palette.edge), 1, Qt.PenStyle.SolidLine))
    painter.setOpacity(0.55)
    for place in range(len(model.plan.columns)):
        x = x_of(model, area, place)
        painter.drawLine(QPointF(x + 0.5, area.top()), QPointF(x + 0.5, area.bottom() + 1))
    painter.setOpacity(1.0)


def draw_pause(painter: QPainter, palette: Palette, area: QRect, row: LaneRow) -> None:
    """A band across all lanes: time in which nothing happened."""
    band = area.adjusted(0, 8, 0, -8)
    painter.fillRect(band, QColor(palette.raised))
    painter.setFont(ui_font(scale=0.92))
    painter.setPen(QColor(palette.text))
    painter.drawText(band.adjusted(12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"⋯ {span_text(row.pause_ns)} ⋯")


def draw_time(painter: QPainter, palette: Palette, area: QRect, row: LaneRow) -> None:
    """How long after the start of the trace."""
    assert row.node is not None
    inside = QRect(area.left() + 4, area.top() + LINE - 9, GUTTER - 10, 18)
    draw(painter, inside, span_text(row.node.start_ns), mono_font(scale=0.88), palette.muted, right=True)


def draw_ways_in(
    painter: QPainter, palette: Palette, area: QRect, row: LaneRow, model: LaneModel, start: QPointF
) -> None:
    """How it came to its origin: asked for by who leads, or passed on from elsewhere."""
    assert row.node is not None
    if row.asked_by is not None and row.asked_by != row.origin:
        below = QPointF(0, ASKED_PX)
        asked = QPointF(x_of(model, area, row.asked_by), start.y())
        draw_line(painter, QColor(palette.edge), asked + below, start + below, dashed=True)
    if row.passed_from is not None and row.passed_from != row.origin:
        tone = {None: palette.muted, DEAD_LETTER: palette.critical}.get(row.node.way, palette.high)
        passed = QPointF(x_of(model, area, row.passed_from), start.y())
        draw_line(painter, QColor(tone), passed, start, dashed=row.node.way is not None)


def draw_dot(painter: QPainter, palette: Palette, row: LaneRow, start: QPointF) -> None:
    """Where a message begins: in the colour of its priority, hollow if nobody hears it."""
    assert row.node is not None
    tone = (
        "undo"
        if row.undoes
        else "critical"
        if row.node.fails
        else PRIORITY_ICONS.get(row.node.priority, ("", "muted"))[1]
    )
    colour = QColor(getattr(palette, tone))
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if row.arrivals else QColor(palette.background))
    painter.drawEllipse(start, 3.5, 3.5)


def draw_label(
    painter: QPainter, palette: Palette, area: QRect, row: LaneRow, model: LaneModel, ground: QColor
) -> None:
    """The type above the arrow, with what is to be known of it; the lifelines behind it are covered."""
    assert row.node is not None
    font, icon, tone = ui_font(), *mark_of(row)
    text, rest = display(row.node.title, limit=LABEL_LIMIT), words_of(row)
    title = width_of(font, text) + (MARK_PX if icon else 0)
    wide = title + (width_of(font, rest) + 8 if rest else 0)
    left = label_left(area, row, model, title, wide)
    box = QRect(left, area.top() + 2, min(wide, area.right() - left - 4), LINE - 8)
    painter.fillRect(box.adjusted(-2, 0, 2, 0), ground)
    if icon:
        draw_icon(painter, (icon, tone), QRect(box.left(), box.top(), 13, box.height()).center())
        box.setLeft(box.left() + MARK_PX)
    ink = palette.undo if row.undoes else palette.critical if row.node.fails else palette.text
    box.setLeft(box.left() + draw(painter, box, text, font, ink) + 8)
    if rest and box.width() > min(LEAST_NOTE_PX, width_of(font, rest) // 2):
        draw(painter, box, rest, ui_font(scale=0.92), palette.high if row.node.left else palette.muted)


def width_of(font: QFont, text: str) -> int:
    """Pixels that a text takes."""
    return QFontMetrics(font).horizontalAdvance(text) + 2


def label_left(area: QRect, row: LaneRow, model: LaneModel, title: int, wide: int) -> int:
    """Where a label begins: beside its origin, on the side that its arrows go to, where there is room."""
    origin = x_of(model, area, row.origin)
    rightward = not row.arrivals or row.arrivals[-1].place >= row.origin or origin - wide - 8 < area.left() + GUTTER
    if rightward and origin + 8 + title > area.right() - 4:
        return max(area.right() - title - 6, area.left() + GUTTER)
    return origin + 8 if rightward else origin - wide - 8


def mark_of(row: LaneRow) -> tuple[str, str]:
    """The icon before a label; none for an ordinary message."""
    assert row.node is not None
    if row.undoes:
        return "undo-2", "undo"
    if row.node.fails:
        return "circle-x", "critical"
    if row.node.way is not None:
        return ("skull", "critical") if row.node.way == DEAD_LETTER else ("rotate-cw", "high")
    return ("triangle-alert", "high") if row.node.left else ("", "")


def words_of(row: LaneRow) -> str:
    """What is said behind a label."""
    assert row.node is not None
    if row.undoes:
        return f"takes back {row.undoes}"
    if row.node.way is not None:
        return row.node.way + (f" after {row.node.attempts} attempts" if row.node.attempts > 1 else "")
    if row.node.left:
        return "not undone"
    return next((display(node.error, limit=60) for a in row.arrivals for node in a.nodes if node.error), "")


def draw_arcs(painter: QPainter, palette: Palette, area: QRect, model: LaneModel, row: int) -> None:
    """The arcs that begin, pass or end here."""
    for arc in model.arcs_at(row):
        part = "bottom" if row == arc.bottom else "top" if row == arc.top else "through"
        places = (x_of(model, area, arc.from_place), x_of(model, area, arc.to_place))
        draw_arc_part(painter, palette, area, area.top() + LINE, *places, arc.bow, part)
