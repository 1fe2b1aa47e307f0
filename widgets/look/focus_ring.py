"""The focus ring of what has no edge of its own, such as lists and the map: seen after Tab, and not after a click."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from widgets.look.theme import current_palette

__all__ = ["FocusRing", "show_ring"]

PASSING: Final = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""A menu or another window takes the focus, and gives it back."""


class FocusRing(QWidget):
    """A line around the widget that it lies on. It goes when that loses the focus."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        around.installEventFilter(self)
        self._fit(around)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay around it while it has the focus."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self._fit(watched)
        elif isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in PASSING:
            watched.removeEventFilter(self)
            self.setParent(None)
            self.deleteLater()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(current_palette().accent))

    def _fit(self, around: QWidget) -> None:
        """Only the line is painted, so that what changes inside does not concern it."""
        self.setGeometry(around.rect())
        self.setMask(QRegion(self.rect()) - QRegion(self.rect().adjusted(1, 1, -1, -1)))
        self.raise_()


def show_ring(widget: QWidget | None) -> None:
    """Show that a widget has the focus, if nothing else says so."""
    known = widget is not None and widget.findChild(FocusRing, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if isinstance(widget, QAbstractScrollArea) and not known:
        FocusRing(widget)
