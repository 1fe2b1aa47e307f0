"""The gutter: left of the rows, what was noted about them, the glyph of their colour and, where rows stand for several,
their number. A click marks a row, or opens and folds what it stands for.

It stays in view while columns are scrolled, as beside the lines of an editor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView

from app.colours import Colour
from widgets.look.fonts import mono_font
from widgets.look.icons import pixmap
from widgets.look.theme import current_palette
from widgets.look.tones import tone
from widgets.table.looks import Look

if TYPE_CHECKING:
    from widgets.table.row_view import RowView

__all__ = ["Gutter"]

ICON: Final = 12
GLYPH: Final = 12
MARGIN: Final = 1
GLYPH_AT: Final = ICON + 2 * MARGIN
WIDTH: Final = ICON + GLYPH + 3 * MARGIN
ROOM: Final = 6
"""Pixels at each side of a number."""
WIDEST: Final = "▸ ×8,888"
"""What a number has room for; larger ones are told in thousands and millions."""


class Gutter(QHeaderView):
    """The header of the rows; `marked` and `folded` tell which one was clicked on, and where."""

    marked = Signal(object)  # row: int
    folded = Signal(object)  # row: int

    def __init__(self, table: RowView, row_height: int) -> None:
        super().__init__(Qt.Orientation.Vertical, table)
        self._table = table
        self._counts = 0
        """Pixels for numbers, at the right; none as long as each row stands for itself."""
        self.setAccessibleName("marks of the rows")
        self.setToolTip(
            "Click to mark a row (M). A bolt: a trigger met it. Letters and signs belong to colours, "
            "numbers to folded rows: click to open."
        )
        self.setFixedWidth(WIDTH)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setDefaultSectionSize(row_height)

    def sizeHint(self) -> QSize:
        """The same whatever the rows: Qt would ask for the names of the first and the last hundred."""
        return QSize(WIDTH + self._counts, 0)

    def show_counts(self, shown: bool) -> None:
        """Have room for numbers, or for none."""
        metrics = QFontMetrics(mono_font())
        self._counts = metrics.horizontalAdvance(WIDEST) + 2 * ROOM if shown else 0
        self.setFixedWidth(WIDTH + self._counts)
        self.updateGeometry()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        area, palette = event.rect(), current_palette()
        with QPainter(self.viewport()) as painter:
            painter.fillRect(area, QColor(palette.panel))
            painter.fillRect(QRect(self.width() - 1, area.top(), 1, area.height()), QColor(palette.line))
            painter.setFont(mono_font(bold=True))
            for strip in self._table.strips(area):
                self._draw_note(painter, strip.top, strip.look)
                if strip.look.found:
                    self._draw_icon(painter, "search", palette.accent, GLYPH_AT, strip.top)
                elif strip.look.colour and not strip.look.faint:
                    self._draw_glyph(painter, strip.top, strip.look.colour)
                if strip.look.repeats:
                    self._draw_count(painter, strip.top, strip.look)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the row at the pointer, or open what its number stands for."""
        row = self.logicalIndexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            (self.folded if event.position().x() >= WIDTH else self.marked).emit(row)

    def viewportEvent(self, event: QEvent) -> bool:
        """A header draws itself anew whenever the pointer enters another of its rows; ours look alike."""
        hovers = (QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.HoverLeave)
        return event.type() in hovers or super().viewportEvent(event)

    def _draw_note(self, painter: QPainter, top: int, look: Look) -> None:
        if name := icon_of(look):
            palette = current_palette()
            inks = {"ban": palette.muted, "zap": palette.muted if look.ignored else palette.high}
            self._draw_icon(painter, name, inks.get(name, palette.accent), MARGIN, top)

    def _draw_icon(self, painter: QPainter, name: str, ink: str, left: int, top: int) -> None:
        picture = pixmap(name, ICON, ink, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, top + (self.defaultSectionSize() - ICON) // 2, picture)

    def _draw_count(self, painter: QPainter, top: int, look: Look) -> None:
        """Quiet as a line number, unless the row itself is."""
        palette = current_palette()
        place = QRect(WIDTH, top, self._counts - ROOM, self.defaultSectionSize())
        painter.setFont(mono_font())
        painter.setPen(QColor(palette.edge if look.faint else palette.muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, look.repeats)
        painter.setFont(mono_font(bold=True))

    def _draw_glyph(self, painter: QPainter, top: int, colour: Colour) -> None:
        place = QRect(GLYPH_AT, top, GLYPH, self.defaultSectionSize())
        painter.setPen(QColor(tone(colour.tone, current_palette().dark).ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, colour.glyph)


def icon_of(look: Look) -> str:
    """The icon of what was noted about a row, "" when nothing was; what the reader noted goes first."""
    notes = {"clock": look.reference, "bookmark-filled": look.marked, "zap": look.fired, "ban": look.ignored}
    return next((name for name, noted in notes.items() if noted), "")
