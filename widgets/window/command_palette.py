"""The command palette: every command of the window in one list, found by a few of its letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from widgets.look.noted_rows import NotedList, NotedModel

__all__ = ["CommandPalette", "Entry", "found"]

WIDTH, HEIGHT = 560, 420
MOVES: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Entry(NamedTuple):
    """A command by its name, with its key as a note."""

    text: str
    note: str
    act: Callable[[], object]


class CommandPalette(QDialog):
    """A line and a list below it. Enter does the chosen command, after the palette has closed."""

    def __init__(self, parent: QWidget, entries: Sequence[Entry]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._window = parent
        self._entries = entries
        self._shown: list[Entry] = []
        self.line = QLineEdit(placeholderText="What to do; a few letters are enough")
        self.line.setAccessibleName("command")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._do_current)
        self.model = NotedModel(self)
        self.list = NotedList("commands", self)
        self.list.setModel(self.model)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._do)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.resize(WIDTH, HEIGHT)
        self._narrow("")

    def open(self) -> None:
        """Show it in the upper middle of the window, ready to type."""
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - WIDTH) // 2, corner.y() + window.height() // 8)
        self.show()
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that move go to the list while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _narrow(self, text: str) -> None:
        self._shown = found(text, self._entries)
        self.model.show_all((entry.text, entry.note) for entry in self._shown)
        self.list.setCurrentIndex(self.model.index(0, 0))

    def _do_current(self) -> None:
        self._do(self.list.currentIndex())

    def _do(self, index: QModelIndex) -> None:
        if index.isValid():
            self.close()
            self._shown[index.row()].act()


def found(text: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries whose names hold these letters in this order; whole words come first."""
    wanted = text.lower().split()
    whole = [entry for entry in entries if all(word in entry.text.lower() for word in wanted)]
    loose = [entry for entry in entries if entry not in whole and spelled("".join(wanted), entry.text.lower())]
    return [*whole, *loose]


def spelled(letters: str, text: str) -> bool:
    """Whether the letters come in the text one after the other."""
    rest = iter(text)
    return all(letter in rest for letter in letters)
