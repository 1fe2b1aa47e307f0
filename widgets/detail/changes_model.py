"""The changes between two events as rows: a sign, the field, and its values before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.detail.changes import Change
from app.display import display
from widgets.look.theme import current_palette
from widgets.look.tooltips import plain_tooltip

__all__ = ["ChangesModel"]

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()

TITLES: Final = ("", "Field", "Before", "After")
TONES: Final = {"+": "ok", "-": "critical", "~": "high"}
WORDS: Final = {"+": "added", "-": "removed", "~": "changed"}


class ChangesModel(QAbstractTableModel):
    """One row for each change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: Sequence[Change] = ()

    def show(self, changes: Sequence[Change]) -> None:
        """Show other changes."""
        self.beginResetModel()
        self._changes = changes
        self.endResetModel()

    def change(self, row: int) -> Change:
        """One of the changes."""
        return self._changes[row]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._changes)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        change, column = self._changes[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return display(change[column])
        if role == Qt.ItemDataRole.ForegroundRole and column == 0:
            return QColor(getattr(current_palette(), TONES[change.sign]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(WORDS[change.sign] if column == 0 else change[column])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{WORDS[change.sign]} {display(change.field)}: {display(change.before)} → {display(change.after)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return TITLES[section]
        return None
