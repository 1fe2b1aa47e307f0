"""The find bar of the detail: what to look for in an event, how often it is there, and the way from hit to hit."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.detail.find import MOST_HITS
from widgets.look.hits import lay_out_search
from widgets.look.text import label

__all__ = ["FindBar"]

PAUSE_MS = 120


class FindBar(QWidget):
    """Emits `wanted` with the text when another one is typed, `stepped` with 1 or -1, and `closed`."""

    wanted = Signal(str)
    stepped = Signal(object)  # 1 or -1
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit(placeholderText="Find in this event", clearButtonEnabled=True)
        self.edit.setAccessibleName("find in this event")
        self.edit.setToolTip("Any text, or bytes by their digits such as 0xdeadbeef")
        self.count = label("", "number")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.wanted.emit(self.edit.text()))
        self.edit.textEdited.connect(lambda _: self._pause.start())
        lay_out_search(self, self.edit, self.count, self.step, self.close_bar).setContentsMargins(0, 0, 8, 0)

    @property
    def text(self) -> str:
        """What is looked for; nothing while the bar is closed."""
        return "" if self.isHidden() else self.edit.text()

    def open(self, text: str = "") -> None:
        """Show the bar, ready to be written in; with a text it is looked for at once."""
        self.show()
        if text:
            self.edit.setText(text)
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()
        self.wanted.emit(self.edit.text())

    def close_bar(self) -> None:
        """Hide the bar: nothing is looked for any more."""
        self.hide()
        self.closed.emit()

    def tell(self, number: int | None, count: int) -> None:
        """Say which of how many hits is shown."""
        most = f"{count:,}{'+' if count >= MOST_HITS else ''}"
        found = f"{most} found" if number is None else f"{number + 1:,} of {most}"
        self.count.setText("" if not self.edit.text() else found if count else "none")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def step(self, step: int) -> None:
        """To the next hit, or the one before; a text that was typed a moment ago is looked for first."""
        if self._pause.isActive():
            self._pause.stop()
            self.wanted.emit(self.edit.text())
        else:
            self.stepped.emit(step)
