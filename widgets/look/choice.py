"""A choice: a combo box whose arrow is an icon in the colour of the theme, which a style sheet cannot draw."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from widgets.look.icons import icon

__all__ = ["ChoiceBox"]

ARROW = 14


class ChoiceBox(QComboBox):
    """One of a few texts."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        area = QRect(self.width() - ARROW - 8, (self.height() - ARROW) // 2, ARROW, ARROW)
        with QPainter(self) as painter:
            icon("chevron-down", "muted").paint(painter, area)
