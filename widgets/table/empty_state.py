"""The empty state: what the table says when it has no rows to show, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.display import display
from widgets.look.text import label

__all__ = ["Action", "EmptyState"]

MARGIN = 24
LONGEST = 60
"""Letters on a button."""


class Action(NamedTuple):
    """What a button says, and what a click on it does."""

    text: str
    act: Callable[[], object]


class EmptyState(QWidget):
    """A title, some sentences and, where they help, buttons, in the middle of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions: Sequence[Action] = ()
        self._offered: list[QPushButton] = []
        self._title = label("", "strong")
        self._sentence = label("", "muted", wrap=True)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addStretch(2)
        for line in (self._title, self._sentence):
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addSpacing(4)
        column.addLayout(self._buttons)
        column.addStretch(3)
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    def say(self, title: str, sentence: str = "", actions: Sequence[Action] = ()) -> None:
        """Show this instead of rows."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._offer(actions)
        self.setAccessibleName(f"{title} {sentence}")
        self.show()

    def _offer(self, actions: Sequence[Action]) -> None:
        """Make the buttons anew, unless they say what they said: one that is pressed must not go away."""
        same = [action.text for action in actions] == [action.text for action in self._actions]
        self._actions = actions
        if same:
            return
        for button in self._offered:
            self._buttons.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._offered = []
        for place, action in enumerate(actions):
            button = QPushButton(display(action.text, limit=LONGEST).replace("&", "&&"), self)
            button.setToolTip(display(action.text))
            button.clicked.connect(lambda _=False, place=place: self._actions[place].act())
            self._offered.append(button)
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            button.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Buttons side by side where they find room, else below each other."""
        wanted = sum(button.sizeHint().width() + self._buttons.spacing() for button in self._offered)
        fits = wanted <= self.width() - 2 * MARGIN
        self._buttons.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
