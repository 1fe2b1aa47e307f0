"""The line that says how far a large payload is read, and offers to read all of one that is too large."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.look.progress import ProgressLine
from widgets.look.text import label
from widgets.look.tools import tool

__all__ = ["ReadingLine"]


class ReadingLine(QWidget):
    """Hidden while there is nothing to say. `done`, from 0 to 1, may be set by any thread; `tick` shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.done = 0.0
        self.text = label("", "muted", wrap=True)
        self.load_all = tool("Load all", "Read the whole payload; this takes memory and some time")
        self.load_all.clicked.connect(self._load)
        self.progress = ProgressLine()
        self.load_all.hide()
        self.progress.hide()
        self._wanted: Callable[[], object] = bool
        self._lay_out()

    def tick(self) -> None:
        """Show how far it is."""
        self.progress.show_part(self.done)

    def wait(self, text: str) -> None:
        """Something is being read."""
        self._show(text, waiting=True)

    def offer(self, text: str, load: Callable[[], object]) -> None:
        """Not everything is shown: offer to load it."""
        self._wanted = load
        self._show(text, offering=True)

    def say(self, text: str) -> None:
        """Something was done."""
        self._show(text)

    def _show(self, text: str, *, waiting: bool = False, offering: bool = False) -> None:
        self.done = 0.0
        self.tick()
        self.text.setText(text)
        self.progress.setVisible(waiting)
        self.load_all.setVisible(offering)
        self.show()

    def _load(self) -> None:
        self._wanted()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.load_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.progress)
        self.hide()
