"""Segments: a few buttons side by side of which one is pressed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from widgets.look.tools import tool

__all__ = ["Segments"]


class Segments(QWidget):
    """A choice among named values; `changed` tells the number of the one chosen."""

    changed = Signal(object)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """`choices` are pairs of a text and a tooltip."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for number, (text, tip) in enumerate(choices):
            button = tool(text, tip, checkable=True)
            button.setAccessibleName(f"{name}: {text}")
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.changed.emit)

    @property
    def number(self) -> int:
        """Which one is pressed, from 0."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Press another one."""
        if number != self.number:
            self._group.button(number).setChecked(True)
            self.changed.emit(number)
