"""A tree of names and values for Qt: what the detail view shows of an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.detail.json_text import JsonValue
from app.display import display
from widgets.detail.branch import Branch, Key, Pairs, range_size
from widgets.look.tooltips import plain_tooltip

__all__ = ["TreeModel"]

NOWHERE: Final = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class TreeModel(QAbstractItemModel):
    """Two columns, name and value, over a root branch that is not shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Branch("", Pairs(()))

    def show(self, groups: Iterable[tuple[str, Any]]) -> None:
        """Show named groups, each a value of any depth."""
        self.beginResetModel()
        before, self._root = self._root, Branch("", Pairs((name, grouped(value)) for name, value in groups))
        self.endResetModel()
        before.fell()

    def branch(self, index: Index) -> Branch:
        """The branch at an index; the root for an invalid one."""
        found = index.internalPointer() if index.isValid() else self._root
        assert isinstance(found, Branch)
        return found

    def groups(self) -> list[Branch]:
        """The outermost branches."""
        return self._root.children

    def index_of(self, branch: Branch) -> QModelIndex:
        """Where a branch is."""
        return self.createIndex(branch.row, 0, branch)

    def member(self, start: Branch, way: Iterable[int]) -> Branch:
        """The branch that is reached from `start` by the numbers of members."""
        branch = start
        for number in way:
            first, count = 0, len(branch.value)
            while (size := range_size(count)) > 1:
                branch = branch.children[(number - first) // size]
                first, count = branch.value.first, branch.value.stop - branch.value.first
            branch = branch.children[number - first]
        return branch

    def find(self, group: str, keys: Iterable[Key]) -> Branch | None:
        """The branch with these keys in a group, by the beginning of its name; None where there is none."""
        found = next((branch for branch in self.groups() if branch.name.startswith(group)), None)
        for key in keys:
            if found is None:
                return None
            if isinstance(key, int):
                has = isinstance(found.value, JsonValue) and key < len(found.value)
                found = self.member(found, [key]) if has else None
            else:
                found = next((branch for branch in found.children if branch.key == key), None)
        return found

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.column() > 0 else len(self.branch(parent).children)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 2

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        return parent.column() <= 0 and self.branch(parent).has_children

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, plain(parent)):
            return QModelIndex()
        return self.createIndex(row, column, self.branch(parent).children[row])

    def parent(self, index: Index = NOWHERE) -> QModelIndex:  # type: ignore[override]
        above = self.branch(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        branch = self.branch(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return display(branch.name) if index.column() == 0 else branch.text
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1:
            return plain_tooltip(branch.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{display(branch.path or branch.name)}: {branch.text}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return ("Name", "Value")[section]
        return None


def grouped(value: Any) -> Any:
    """A group's value for the tree."""
    if isinstance(value, dict):
        return Pairs(value.items())
    return Pairs(value) if isinstance(value, tuple) else value


def plain(index: Index) -> QModelIndex:
    """An index as the methods of Qt want it."""
    return index if isinstance(index, QModelIndex) else index.sibling(index.row(), index.column())
