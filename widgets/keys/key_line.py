"""The key line: shows a key, and takes the next one that is pressed in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.keys.binding import ALONE

__all__ = ["KeyLine"]

LEAVING: Final = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape)
"""Keys by which one leaves the line, or the dialog."""


class KeyLine(QLineEdit):
    """One key with its modifiers; `pressed` gives it as settings write it."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText("Press the new key")
        self.setAccessibleName("new key")

    def event(self, event: QEvent) -> bool:
        """No shortcut acts while a key is chosen."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in LEAVING:
            event.ignore()
        elif key not in ALONE:
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            self.pressed.emit(QKeySequence(QKeyCombination(modifiers, key)).toString())
