"""The gesture view: what mouse, wheel and arrow keys do to rows, and the outline of the cell that keys act on."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.listing.listing import Listing
from app.session import Session
from widgets.focus import Focus
from widgets.look.theme import current_palette
from widgets.table.anchor import Anchor
from widgets.table.row_view import RowView

__all__ = ["GestureView"]


class GestureView(RowView):
    """Rows that stand still as soon as somebody looks at one of them."""

    def __init__(self, session: Session, focus: Focus, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, listing, parent)
        self.anchor = Anchor(self, self.rows, self.painter.row_height)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """From nowhere the arrow keys begin at the lowest row in view; Qt would go to the very first."""
        if self.currentIndex().isValid():
            return super().moveCursor(action, modifiers)
        _, lowest = self._visible(self.viewport().rect())
        return self.rows.index(min(lowest, self.rows.rowCount() - 1), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Who clicks on a row wants it to stay, also when it was selected already."""
        super().mousePressEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            self.anchor.suspend()

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        if event.angleDelta().y() < 0 and self.anchor.at_end:
            self.anchor.follow()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        cell = self.visualRect(self.currentIndex())
        if self.hasFocus() and not cell.isEmpty():
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(current_palette().accent))
                painter.drawRect(cell.adjusted(0, 0, -1, -1))
