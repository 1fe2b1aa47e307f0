"""Rows with a key: a table model that shows a new list by telling Qt only what differs from the old one.

So selection, scroll position and hover survive a refresh, and unchanged rows are not laid out again.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

__all__ = ["NOWHERE", "Index", "KeyedRows"]

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
Role = Qt.ItemDataRole

BLOCK: Final = 256
"""So many keys are compared at once: where lists grow at their end, most are the same."""
MOST_COMPARED: Final = 2_000
"""Of longer lists that differ in their middle, the whole middle is replaced instead of compared."""


class KeyedRows(QAbstractTableModel, Generic[T]):
    """Items as rows. A subclass says what identifies an item, its columns, and what a cell shows."""

    titles: Sequence[str] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[T] = []
        self._keys: list[Hashable] = []

    def key(self, item: T) -> Hashable:
        """What stays the same while an item changes; unique in a list."""
        raise NotImplementedError

    def cell(self, item: T, column: int, role: int) -> Any:
        """What `data` answers for a cell."""
        raise NotImplementedError

    def show(self, items: Sequence[T]) -> None:
        """Show `items` instead."""
        keys: list[Hashable] = [self.key(item) for item in items]
        for tag, start, stop, first, last in reversed(changes(self._keys, keys)):
            if tag in ("delete", "replace"):
                self.beginRemoveRows(NOWHERE, start, stop - 1)
                del self.items[start:stop], self._keys[start:stop]
                self.endRemoveRows()
            if tag in ("insert", "replace"):
                self.beginInsertRows(NOWHERE, start, start + last - first - 1)
                self.items[start:start] = items[first:last]
                self._keys[start:start] = keys[first:last]
                self.endInsertRows()
        self.items[:] = items
        if items:
            self.dataChanged.emit(self.index(0, 0), self.index(len(items) - 1, self.columnCount() - 1))

    def row_of(self, key: Hashable) -> int | None:
        """The row of the item with this key, or None."""
        return self._keys.index(key) if key in self._keys else None

    def item(self, index: Index) -> T | None:
        """The item at an index, None when there is none."""
        return self.items[index.row()] if index.isValid() and index.row() < len(self.items) else None

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        item = self.item(index)
        return None if item is None else self.cell(item, index.column(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.titles):
            return None
        return self.titles[section] if role == Role.DisplayRole else None


Change = tuple[str, int, int, int, int]


def changes(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Change]:
    """How to make `new` of `old`: (tag, start, stop, first, last) as `difflib` has them, equal runs left out."""
    head = 0
    while head < min(len(old), len(new)) and old[head : head + BLOCK] == new[head : head + BLOCK]:
        head += BLOCK
    head = min(head, len(old), len(new))
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if not before or not after or max(len(before), len(after)) > MOST_COMPARED:
        return whole(head, len(before), len(after))
    found = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in found if tag != "equal"]


def whole(at: int, removed: int, added: int) -> list[Change]:
    """The change that puts `added` rows in place of `removed` ones."""
    tag = "replace" if removed and added else "delete" if removed else "insert"
    return [(tag, at, at + removed, at, at + added)] if removed or added else []
