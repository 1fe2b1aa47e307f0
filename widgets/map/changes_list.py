"""The list of changes: what came, went or changed its readers at the brokers, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.commands.row_text import clock_time
from app.display import display
from app.topology.changes import Change
from app.topology.homes import spot_id
from widgets.look.cards import Card, CardList, CardModel
from widgets.look.text import label

__all__ = ["ChangesList"]

MOST_HEIGHT_PX: Final = 160


class ChangesList(QWidget):
    """Shown only when there is something in it."""

    node_wanted = Signal(object)  # id of a node of the map: str

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        model: CardModel[Change] = CardModel(lambda change: change, card_of, self)
        self.list: CardList[Change] = CardList(model, "changes at the brokers")
        self.list.chosen.connect(lambda change: self.node_wanted.emit(spot_id(change.broker, change.spot)))
        title = label("Changes at the brokers", "strong")
        title.setContentsMargins(12, 6, 12, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.list)
        self.setMaximumHeight(MOST_HEIGHT_PX)
        self.hide()

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show these; while somebody reads the list, only those that are in it already."""
        unique = list(dict.fromkeys(changes))
        self.list.offer(unique)
        self.setVisible(bool(unique))


def card_of(change: Change) -> Card:
    """A change in two lines."""
    text = display(change.text)
    line = f"{clock_time(change.at)[:8]} · {display(change.broker)}"
    return Card("history", "muted", "change", text[:1].upper() + text[1:], "", line)
