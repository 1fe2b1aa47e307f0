"""The row view: a table of rows of equal height that paints them itself.

It is a QTableView as to header, selection, scrolling and accessibility; its rows would take Qt some sixty calls into
Python for each one that is visible.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from app.listing.listing import Listing
from app.session import Session
from widgets.focus import Focus
from widgets.look.theme import theme
from widgets.table.event_model import EventModel
from widgets.table.gutter import Gutter
from widgets.table.looks import looks_of
from widgets.table.row_painter import RowPainter, Slot, Strip

__all__ = ["RowView"]


class RowView(QTableView):
    """Paints the rows of a listing that are in view, and what is noted about them in a gutter at the left."""

    def __init__(self, session: Session, focus: Focus, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.focus = focus
        self.lit: Listing | None = None
        self.rows = EventModel(session, listing, self)
        self.painter = RowPainter()
        self.gutter = Gutter(self, self.painter.row_height)
        self._set_up()
        theme().changed.connect(self._recolour)

    def light(self, found: Listing | None) -> None:
        """Dim all rows but those that are found as well; with None none is dimmed."""
        self.lit = found
        self.repaint_rows()

    def rows_in_view(self) -> tuple[int, int]:
        """The first and the last row on screen."""
        return self._visible(self.viewport().rect())

    def repaint_rows(self) -> None:
        """Draw all rows anew, and what is left of them."""
        self.viewport().update()
        self.gutter.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: Qt would read the whole model, row by row."""

    def paintEvent(self, event: QPaintEvent) -> None:
        area = event.rect()
        with QPainter(self.viewport()) as painter:
            slots = self._slots(area.left(), area.right())
            self.painter.paint(painter, slots, self.strips(area), self.viewport().width())

    def strips(self, area: QRect) -> list[Strip]:
        """The rows that `area` of the viewport touches, at their places in it."""
        height, top = self.painter.row_height, self.verticalScrollBar().value()
        rows = self.rows.rows(*self._visible(area))
        looks = looks_of(self.session, self.focus, [(row, text) for _, row, text in rows], self.lit)
        return [Strip(number * height - top, row, look) for (number, row, _), look in zip(rows, looks, strict=True)]

    def _visible(self, area: QRect) -> tuple[int, int]:
        """The first and last row that `area` of the viewport touches."""
        top, height = self.verticalScrollBar().value(), self.painter.row_height
        return (top + area.top()) // height, (top + area.bottom()) // height

    def _slots(self, left: int, right: int) -> list[Slot]:
        """The columns that lie between `left` and `right`."""
        header, slots = self.horizontalHeader(), []
        for number, column in enumerate(self.rows.columns):
            at, width = header.sectionViewportPosition(number), header.sectionSize(number)
            if width and at <= right and at + width >= left:
                slots.append(Slot(column, at, width))
        return slots

    def _recolour(self) -> None:
        self.painter.recolour()
        self.repaint_rows()

    def _set_up(self) -> None:
        self.setAccessibleName("events")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.setEnabled(False)  # shown, so that columns keep their widths, but without a handle
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        self.setCornerButtonEnabled(False)
        self.setVerticalHeader(self.gutter)
