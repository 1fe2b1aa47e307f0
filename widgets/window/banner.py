"""The banner: one line at the top of the window that says what went wrong, until it is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.display import display
from widgets.look.text import label
from widgets.look.tools import tool


class Banner(QFrame):
    """Hidden while there is nothing to say; a newer sentence replaces the older."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._text = label("", wrap=True)
        close = tool("", "Close this message", "x")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._text.setText(display(sentence, limit=600))
        self.setAccessibleName(self._text.text())
        self.show()
