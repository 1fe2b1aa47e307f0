"""The gutter: left of the rows, what was noted about them and the glyph of their colour. A click marks a row.

It stays in view while columns are scrolled, as beside the lines of an editor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
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
WIDTH: Final = ICON + GLYPH + 3 * MARGIN


class Gutter(QHeaderView):
    """The header of the rows; `marked` tells which one was clicked on."""

    marked = Signal(object)  # row: int

    def __init__(self, table: RowView, row_height: int) -> None:
        super().__init__(Qt.Orientation.Vertical, table)
        self._table = table
        self.setAccessibleName("marks of the rows")
        self.setToolTip("Click to mark a row (M). Letters and signs belong to the colours of rows.")
        self.setFixedWidth(WIDTH)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(1)
        self.setDefaultSectionSize(row_height)

    def sizeHint(self) -> QSize:
        """Always the same: Qt would ask for the names of the first and the last hundred rows."""
        return QSize(WIDTH, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        area, palette = event.rect(), current_palette()
        painter = QPainter(self.viewport())
        painter.fillRect(area, QColor(palette.panel))
        painter.fillRect(QRect(self.width() - 1, area.top(), 1, area.height()), QColor(palette.line))
        painter.setFont(mono_font(bold=True))
        for strip in self._table.strips(area):
            self._draw_note(painter, strip.top, strip.look)
            if strip.look.colour and not strip.look.faint:
                self._draw_glyph(painter, strip.top, strip.look.colour)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the row at the pointer."""
        row = self.logicalIndexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.marked.emit(row)

    def viewportEvent(self, event: QEvent) -> bool:
        """A header draws itself anew whenever the pointer enters another of its rows; ours look alike."""
        hovers = (QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.HoverLeave)
        return event.type() in hovers or super().viewportEvent(event)

    def _draw_note(self, painter: QPainter, top: int, look: Look) -> None:
        name = "clock" if look.reference else "bookmark-filled" if look.marked else "ban" if look.ignored else ""
        if name:
            palette = current_palette()
            ink = palette.muted if look.ignored else palette.accent
            picture = pixmap(name, ICON, ink, painter.device().devicePixelRatioF())
            painter.drawPixmap(MARGIN, top + (self.defaultSectionSize() - ICON) // 2, picture)

    def _draw_glyph(self, painter: QPainter, top: int, colour: Colour) -> None:
        place = QRect(2 * MARGIN + ICON, top, GLYPH, self.defaultSectionSize())
        painter.setPen(QColor(tone(colour.tone, current_palette().dark).ink))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, colour.glyph)
