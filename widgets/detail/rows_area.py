"""Rows area: monospaced rows over the bytes of a payload, of which only those in view are made and painted.

Whatever is selected, marked or found is a range of bytes; what a byte looks like, and where, the kinds of areas know.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.detail.find import Hit
from widgets.look.blend import mixed
from widgets.look.fonts import mono_font
from widgets.look.palette import Palette
from widgets.look.theme import current_palette, theme

__all__ = ["RowsArea"]

MARGIN: Final = 6
HIT: Final = 0.25
"""How strong the colour is behind what was searched for."""


class RowsArea(QAbstractScrollArea):
    """Shows rows; `pointed` says which byte the reader went to. `marked` is a field, `hits` what was searched for."""

    pointed = Signal(object)  # byte: int

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setFont(mono_font())
        self._metrics = QFontMetricsF(mono_font())
        self.letter = self._metrics.horizontalAdvance("0")
        self.row_height = round(self._metrics.height() * 1.15)
        self.marked: Hit | None = None
        self.hits: list[Hit] = []
        self.hit: Hit | None = None
        self._anchor = self._cursor = 0
        theme().changed.connect(self.viewport().update)

    # What a kind of area knows.

    @property
    @abstractmethod
    def size_in_bytes(self) -> int:
        """Bytes that are shown."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many rows there are."""

    @property
    @abstractmethod
    def row_width(self) -> float:
        """Pixels of the longest row."""

    @abstractmethod
    def row_of(self, byte: int) -> int:
        """The row that shows a byte."""

    @abstractmethod
    def row_range(self, row: int) -> Hit:
        """The bytes of a row."""

    @abstractmethod
    def byte_at(self, row: int, x: float) -> int:
        """The byte that is shown in a row at x pixels from its beginning."""

    @abstractmethod
    def spans(self, row: int, start: int, end: int) -> list[tuple[float, float]]:
        """Where in a row these bytes are shown: x and width, in pixels."""

    @abstractmethod
    def paint_row(self, painter: QPainter, row: int, x: float, base: float, colours: Palette) -> None:
        """Paint a row's text that begins at x, with its base line there."""

    @abstractmethod
    def text_of(self, start: int, end: int) -> str:
        """These bytes for the clipboard."""

    # What all of them do.

    @property
    def selection(self) -> Hit:
        """The bytes that are selected; empty when none are."""
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def renew(self) -> None:
        """Other bytes are shown: begin at the top, with nothing marked."""
        self.marked, self.hits, self.hit = None, [], None
        self._anchor = self._cursor = 0
        self.fit()
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)

    def fit(self) -> None:
        """Adapt the scroll bars to the rows."""
        page = max(self.viewport().height() // self.row_height, 1)
        self.verticalScrollBar().setRange(0, max(self.rows - page, 0))
        self.verticalScrollBar().setPageStep(page)
        width = round(self.row_width) + 2 * MARGIN
        self.horizontalScrollBar().setRange(0, max(width - self.viewport().width(), 0))
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setSingleStep(round(self.letter * 4))
        self.viewport().update()

    def mark(self, marked: Hit | None, *, reveal: bool = True) -> None:
        """Highlight the bytes of a field, and show where they begin."""
        if marked != self.marked:
            self.marked = marked
            if marked is not None and reveal:
                self.reveal(marked[0])
            self.viewport().update()

    def show_hits(self, hits: list[Hit], current: Hit | None) -> None:
        """Highlight what was found, and go to the current one."""
        self.hits, self.hit = hits, current
        if current is not None:
            self.reveal(current[0])
        self.viewport().update()

    def reveal(self, byte: int) -> None:
        """Scroll as little as needed for a byte to be seen."""
        if not self.size_in_bytes:
            return
        row, bar = self.row_of(byte), self.verticalScrollBar()
        if not bar.value() <= row < bar.value() + bar.pageStep():
            bar.setValue(row - bar.pageStep() // 3)
        spans = self.spans(row, byte, byte + 1)
        x, across = (spans[0][0] if spans else 0.0), self.horizontalScrollBar()
        if not across.value() <= x < across.value() + self.viewport().width() - 2 * MARGIN - self.letter:
            across.setValue(round(x - self.viewport().width() / 3) if x > self.viewport().width() / 2 else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = current_palette()
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), QColor(colours.background))
            painter.setFont(mono_font())
            first = self.verticalScrollBar().value()
            left = MARGIN - self.horizontalScrollBar().value()
            last = min(first + self.viewport().height() // self.row_height + 1, self.rows)
            for row in range(first, last):
                top = (row - first) * self.row_height
                self._paint_marks(painter, row, left, top, colours)
                base = top + (self.row_height + self._metrics.ascent() - self._metrics.descent()) / 2
                self.paint_row(painter, row, left, base, colours)
            if self.hasFocus():
                painter.setPen(QColor(colours.accent))
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _paint_marks(self, painter: QPainter, row: int, left: float, top: int, colours: Palette) -> None:
        start, end = self.row_range(row)
        found = mixed(QColor(colours.high), QColor(colours.background), HIT)
        for hit in self._hits_in(start, end):
            self._fill(painter, row, hit, left, top, found)
        for chosen in (self.marked, self.selection):
            self._fill(painter, row, chosen, left, top, QColor(colours.selection))
        if self.hit is not None and self.hit[0] < end and self.hit[1] > start:
            painter.setPen(QColor(colours.accent))
            for x, width in self.spans(row, max(self.hit[0], start), min(self.hit[1], end)):
                painter.drawRect(QRectF(left + x, top, width, self.row_height - 1))
        if self.hasFocus() and start <= self._cursor < end:
            painter.setPen(QColor(colours.accent))
            for x, width in self.spans(row, self._cursor, self._cursor + 1):
                painter.drawLine(
                    QPointF(left + x, top + self.row_height), QPointF(left + x + width, top + self.row_height)
                )

    def _fill(self, painter: QPainter, row: int, found: Hit | None, left: float, top: int, colour: QColor) -> None:
        start, end = self.row_range(row)
        if found is not None and found[0] < end and found[1] > start and found[1] > found[0]:
            for x, width in self.spans(row, max(found[0], start), min(found[1], end)):
                painter.fillRect(QRectF(left + x, top, width, self.row_height), colour)

    def _hits_in(self, start: int, end: int) -> list[Hit]:
        first = bisect_left(self.hits, (start, -1))
        return self.hits[max(first - 1, 0) : bisect_left(self.hits, (end, -1))]

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.row_height * 3)

    def sizeHint(self) -> QSize:
        return QSize(300, self.row_height * 8)

    def row_rect(self, row: int) -> QRect:
        """Where a row is in the viewport."""
        return QRect(
            0, (row - self.verticalScrollBar().value()) * self.row_height, self.viewport().width(), self.row_height
        )
