"""The name line: asks for a name where it will stand, instead of in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

__all__ = ["NameLine"]


class NameLine(QLineEdit):
    """Hidden until it asks. Enter tells the name; Esc, or going elsewhere, gives up."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._told: Callable[[str], None] | None = None
        self.setPlaceholderText("Name of this filter")
        self.setAccessibleName("name of this filter")
        self.setToolTip("Enter keeps it, Esc does not.")
        self.hide()

    def ask(self, name: str, told: Callable[[str], None]) -> None:
        """Propose a name; `told` gets the one that was chosen."""
        self._told = told
        self.setText(name)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(220, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end("")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._end(self.text().strip())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._end("")

    def _end(self, name: str) -> None:
        told, self._told = self._told, None
        self.hide()
        if told is not None and name:
            told(name)
