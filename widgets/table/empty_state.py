"""The empty state: what the table says when it has no rows to show, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.display import display
from widgets.look.flow_layout import FlowLayout
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
        self._sentence.setMinimumHeight(1)
        self._box = QWidget()
        self._buttons = FlowLayout(self._box, spacing=8, centred=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addStretch(2)
        for line in (self._title, self._sentence):
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addSpacing(4)
        column.addWidget(self._box)
        column.addStretch(3)
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
            self._buttons.addWidget(button)
            button.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Where all finds no room, the sentence yields to the buttons."""
        self._box.setVisible(bool(self._offered))
        self._box.setFixedHeight(self._buttons.heightForWidth(max(self.width() - 2 * MARGIN, 1)))
