"""The sheet of keys: every command that can have a key, by what it is for, and the keys of each view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from widgets.keys.binding import Binding, shown
from widgets.look.text import label

__all__ = ["KeySheet"]

NO_KEY = "–"


class KeySheet(QDialog):
    """Lists `bindings`, which are in the order of their groups; a few letters of a name, key or group narrow it."""

    def __init__(self, parent: QWidget, bindings: Sequence[Binding], change: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        self._change = change
        self.search = QLineEdit(placeholderText="Find a key by its name or what it does", clearButtonEnabled=True)
        self.search.setAccessibleName("find a key")
        self.search.textChanged.connect(self._narrow)
        self.nothing = label("No key does that; Ctrl+K finds every command.", "muted")
        self.groups = [KeyGroup(name, tuple(those)) for name, those in groupby(bindings, lambda each: each.group)]
        self._lay_out()
        self._narrow("")
        self.resize(620, 640)

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        found = [group.narrow(words) for group in self.groups]
        self.nothing.setVisible(not any(found))

    def _change_keys(self) -> None:
        self.accept()
        self._change()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        for group in self.groups:
            column.addWidget(group)
        column.addWidget(self.nothing)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setAccessibleName("keys")
        area.setWidget(inside)
        change, close = QPushButton("Change keys…"), QPushButton("Close")
        change.clicked.connect(self._change_keys)
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addWidget(change)
        below.addStretch(1)
        below.addWidget(close)
        for button in (change, close):
            button.setAutoDefault(False)
        rows = QVBoxLayout(self)
        rows.addWidget(self.search)
        rows.addWidget(area, 1)
        rows.addLayout(below)


class KeyGroup(QWidget):
    """The keys that are for one thing, below its name."""

    def __init__(self, name: str, bindings: Sequence[Binding]) -> None:
        super().__init__()
        self._rows = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(name, "heading"), 0, 0, 1, 2)
        for row, binding in enumerate(bindings, 1):
            keys = "  ".join(written(key, binding) for key in (binding.key, binding.also) if key) or NO_KEY
            texts = (label(keys, "key" if keys != NO_KEY else "muted"), label(binding.name.rstrip("…"), wrap=True))
            for at, text in enumerate(texts):
                grid.addWidget(text, row, at, Qt.AlignmentFlag.AlignTop)
            self._rows.append((f"{name} {keys} {binding.name}".lower(), texts))

    def narrow(self, words: Sequence[str]) -> bool:
        """Show the keys that have all of these words; whether there are any."""
        any_shown = False
        for told, texts in self._rows:
            is_shown = all(word in told for word in words)
            any_shown |= is_shown
            for text in texts:
                text.setVisible(is_shown)
        self.setVisible(any_shown)
        return any_shown


def written(key: str, binding: Binding) -> str:
    """A key as the system writes it; what stands for several is told as it is."""
    return shown(key) if binding.id else key
