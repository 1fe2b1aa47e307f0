"""The banner: one line at the top of the window that says what went wrong or was done, until it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.display import display
from widgets.look.text import label
from widgets.look.tools import tool

__all__ = ["Banner", "Offer"]


class Offer(NamedTuple):
    """Something that can be done: what the button says, and what a click on it does.

    After so many seconds it cannot be done any more; with 0 it stands as long as the message.
    """

    text: str
    act: Callable[[], object]
    seconds: float = 0


class Banner(QFrame):
    """Hidden while there is nothing to say; a newer sentence replaces the older, and what that offered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._text = label("", wrap=True)
        self._offer: Offer | None = None
        self.button = QPushButton()
        self.button.clicked.connect(self._take)
        self._until = QTimer(self, singleShot=True)
        self._until.timeout.connect(self.hide)
        close = tool("", "Close this message", "x")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, sentence: str, offer: Offer | None = None) -> None:
        """Show a sentence; with an offer that ends only as long as that stands."""
        self._text.setText(display(sentence, limit=600))
        self.setAccessibleName(self._text.text())
        self._offer = offer
        self.button.setVisible(offer is not None)
        self._until.stop()
        if offer is not None:
            self.button.setText(offer.text)
            if offer.seconds:
                self._until.start(int(offer.seconds * 1_000))
        self.show()

    def _take(self) -> None:
        """The button: the message has served."""
        offer = self._offer
        self.hide()
        if offer is not None:
            offer.act()
