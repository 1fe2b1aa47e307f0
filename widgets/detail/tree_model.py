"""A tree of names and values for Qt: what the detail view shows of an event.

Children are made when a branch is opened and at most `MOST_CHILDREN` of them at a time, so that an array of a million
entries costs nothing until somebody asks for more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.display import display

MOST_CHILDREN: Final = 1_000
MOST_DEPTH: Final = 200
NOWHERE: Final = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class Branch:
    """A name, a value, and the place in the tree."""

    __slots__ = ("_children", "depth", "name", "parent", "row", "shown", "value")

    def __init__(self, name: str, value: Any, parent: Branch | None = None, row: int = 0) -> None:
        self.name = name
        self.value = value
        self.parent = parent
        self.row = row
        self.shown = 0
        self.depth: int = 0 if parent is None else parent.depth + 1
        self._children: list[Branch] | None = None

    @property
    def children(self) -> list[Branch]:
        """The branches below; made when first asked for."""
        if self._children is None:
            pairs = [] if self.depth >= MOST_DEPTH else entries(self.value)
            self._children = [Branch(name, value, self, row) for row, (name, value) in enumerate(pairs)]
            self.shown = min(len(self._children), MOST_CHILDREN)
        return self._children

    @property
    def text(self) -> str:
        """The value as one line."""
        return value_text(self.value)

    @property
    def path(self) -> str:
        """Names from the root, such as `payload.items[0].sku`."""
        if self.parent is None or self.parent.parent is None:
            return self.name
        joint = "" if self.name.startswith("[") else "."
        return f"{self.parent.path}{joint}{self.name}"


def entries(value: Any) -> list[tuple[str, Any]]:
    """Names and values inside an object, an array, or a list of pairs (headers keep duplicates)."""
    if isinstance(value, dict):
        return [(str(name), inner) for name, inner in value.items()]
    if isinstance(value, Pairs):
        return list(value.pairs)
    if isinstance(value, list):
        return [(f"[{i}]", inner) for i, inner in enumerate(value)]
    return []


class Pairs:
    """Names and values of which names may repeat."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.pairs = tuple(pairs)


def plain(index: Index) -> QModelIndex:
    """An index as the methods of Qt want it."""
    return index if isinstance(index, QModelIndex) else index.sibling(index.row(), index.column())


def value_text(value: Any) -> str:
    """A value as it is shown: text bare, null and Booleans as in JSON, containers by their size."""
    match value:
        case str():
            return display(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return f"{len(value)} fields" if value else "{ }"
        case list():
            return f"{len(value)} entries" if value else "[ ]"
        case Pairs():
            return ""
        case _:
            return display(str(value))


class TreeModel(QAbstractItemModel):
    """Two columns, name and value, over a root branch that is not shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Branch("", Pairs(()))

    def show(self, groups: Iterable[tuple[str, Any]]) -> None:
        """Show named groups, each a value of any depth."""
        self.beginResetModel()
        self._root = Branch("", Pairs(groups))
        self.endResetModel()

    def branch(self, index: Index) -> Branch:
        """The branch at an index; the root for an invalid one."""
        found = index.internalPointer() if index.isValid() else self._root
        assert isinstance(found, Branch)
        return found

    def rowCount(self, parent: Index = NOWHERE) -> int:
        branch = self.branch(parent)
        return 0 if parent.column() > 0 else (len(branch.children) and branch.shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 2

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        if parent.column() > 0:
            return False
        value = self.branch(parent).value
        return bool(value.pairs) if isinstance(value, Pairs) else isinstance(value, dict | list) and bool(value)

    def canFetchMore(self, parent: Index) -> bool:
        branch = self.branch(parent)
        return branch.shown < len(branch.children)

    def fetchMore(self, parent: Index) -> None:
        branch = self.branch(parent)
        more = min(MOST_CHILDREN, len(branch.children) - branch.shown)
        self.beginInsertRows(plain(parent), branch.shown, branch.shown + more - 1)
        branch.shown += more
        self.endInsertRows()

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
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{display(branch.path)}: {branch.text}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return ("Name", "Value")[section]
        return None
