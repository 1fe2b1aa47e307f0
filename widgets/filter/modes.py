"""The modes of the table: rows that do not match hidden, dimmed or above the others; repeated rows folded."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.table_setup import Grouping, TableSetup
from widgets.keys.tips import stands_for
from widgets.look.tools import tool

__all__ = ["GROUPINGS", "ModeButtons"]

GROUPINGS: Final[dict[Grouping, str]] = {
    "": "Every row",
    "repeats": "Fold repeats",
    "type": "Latest of each type",
    "key": "Latest of each key",
}


class ModeButtons(QWidget):
    """Emits `changed` with what of the table's setup is to change."""

    changed = Signal(object)  # dict[str, object]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("how rows are shown")
        self.dim = tool("", "Dim rows that do not match instead of hiding them", "contrast")
        self.split = tool("", "Split: all rows above, those that match below", "rows-2")
        stands_for(self.dim, "view.dim-rows-that-do-not-match")
        stands_for(self.split, "view.all-rows-above-matches-below")
        self.group = tool("", "Fold repeats, or show only the latest row of each type or key", "layers-2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self.dim, self.split, self.group):
            button.setCheckable(True)
            row.addWidget(button)
        self.dim.clicked.connect(lambda on: self.changed.emit({"dim": on, "split": False}))
        self.split.clicked.connect(lambda on: self.changed.emit({"split": on, "dim": False}))
        self.group.clicked.connect(self._open_menu)
        self._setup = TableSetup()

    def show_setup(self, setup: TableSetup) -> None:
        """Press what is in force."""
        self._setup = setup
        self.dim.setChecked(setup.dim)
        self.split.setChecked(setup.split)
        self.group.setChecked(bool(setup.group))

    def menu_of_groupings(self) -> QMenu:
        """How rows can be grouped."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for grouping, text in GROUPINGS.items():
            action = menu.addAction(text, partial(self.changed.emit, {"group": grouping}))
            action.setCheckable(True)
            action.setChecked(grouping == self._setup.group)
        return menu

    def _open_menu(self) -> None:
        self.group.setChecked(bool(self._setup.group))
        self.menu_of_groupings().popup(self.group.mapToGlobal(QPoint(0, self.group.height())))
