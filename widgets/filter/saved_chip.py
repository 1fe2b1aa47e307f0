"""The button of a saved filter: a chip that can be dragged to another place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.filter.effective import complaint
from app.table_setup import SavedFilter
from widgets.filter.chip import Chip, Choice
from widgets.look.tooltips import plain_tooltip

__all__ = ["SavedChip", "choice_of"]

HINT = "Click: on or off. Alt + click: hide what it selects. Drag: move. Right-click: all of these."


class SavedChip(Chip):
    """Shows a saved filter; `dragged` tells where the pointer is in its parent, `dropped` that it was let go there."""

    dragged = Signal(object)  # x: int
    dropped = Signal()

    def __init__(self, saved: SavedFilter, parent: QWidget) -> None:
        wrong = complaint(saved)
        super().__init__(saved.name, "triangle-alert" if wrong else "", parent, what="saved filter", count=None)
        self.saved = saved
        self.set_choice(choice_of(saved))
        self.setToolTip(plain_tooltip(f"{saved.filter}\n{wrong or HINT}"))
        self.setAccessibleDescription(f"{saved.filter} {wrong}")
        self._pressed_at = 0
        self._dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint().x()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = abs(event.position().toPoint().x() - self._pressed_at) >= QApplication.startDragDistance()
        if event.buttons() & Qt.MouseButton.LeftButton and (self._dragging or far):
            self._dragging = True
            self.dragged.emit(self.mapToParent(event.position().toPoint()).x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._dragging:
            return super().mouseReleaseEvent(event)
        self._dragging = False
        self.setDown(False)
        return self.dropped.emit()


def choice_of(saved: SavedFilter) -> Choice:
    """How the button of a filter looks."""
    if not saved.on or complaint(saved):
        return Choice.OPEN
    return Choice.EXCLUDED if saved.negated else Choice.INCLUDED
