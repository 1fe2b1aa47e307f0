"""The event model: the rows that match the filter, as Qt's views want them."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.commands.row_text import priority_name
from app.exports.times import rfc3339
from app.filter.matches import Matches
from app.filter.query import Filter
from app.session import Session
from app.store.stored import StoredEvent
from widgets.look.tooltips import plain_tooltip
from widgets.table.cells import PHASE_MARKS, PRIORITY_MARKS, Row, moment, sentence
from widgets.table.columns import COLUMNS
from widgets.table.row_cache import RowCache
from widgets.table.times import TimeMode, time_text

__all__ = ["EventModel", "Index"]

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
ROOT: Final = QModelIndex()

FULL_TEXTS: Final = {
    "source": "source", "category": "category", "type": "type", "key": "key", "producer": "producer",
    "subscription": "subscription", "correlation": "correlation_id",
}  # fmt: skip
"""Columns that may be shortened, and the field of StoredEvent that has all of their text."""


class EventModel(QAbstractTableModel):
    """Row `i` is the i-th match. Changes once per tick: rows go at the top, come at the bottom, or all change."""

    def __init__(self, session: Session, matches: Matches, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.matches = matches
        self.time_mode = TimeMode.ABSOLUTE
        self._store = session.store
        self._cache = RowCache(session.store, session.settings.budgets_ms)
        self._rows = len(matches)
        self._going = 0
        self._origin: int | None = None

    def tick(self) -> bool:
        """Take over what changed among the matches; whether anything did."""
        change = self.matches.update()
        if change.reset:
            self._reset()
        else:
            self._remove(change.removed)
            self._insert(change.appended)
        return bool(change)

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes another filter; what takes longer than a frame to find comes with later ticks."""
        self.matches.set_filter(wanted)
        self.tick()

    def set_time_mode(self, mode: TimeMode) -> None:
        """Count times in another way."""
        self.time_mode = mode
        if self._rows:
            self.dataChanged.emit(self.index(0, 1), self.index(self._rows - 1, 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 1)

    def seq_at(self, row: int) -> int | None:
        """The number of the event in a row, None where there is none."""
        at = row - self._going
        return self.matches.seq_at(at) if 0 <= at < len(self.matches) else None

    def row(self, number: int) -> Row | None:
        """A row as it is shown, None when its event is gone."""
        seq = self.seq_at(number)
        return None if seq is None else self._cache.rows([seq]).get(seq)

    def rows(self, first: int, last: int) -> list[tuple[int, Row, str]]:
        """Rows `first` to `last` that are there, each with its number and the text of its time."""
        numbers = range(max(first, 0), min(last, self._rows - 1) + 1)
        seqs = [self.seq_at(number) for number in numbers]
        found = self._cache.rows([seq for seq in seqs if seq is not None])
        before = self.row(numbers.start - 1) if self.time_mode is TimeMode.DELTA and numbers.start else None
        shown = []
        for number, seq in zip(numbers, seqs, strict=True):
            if row := found.get(seq or 0):
                shown.append((number, row, self._time(row, before)))
                before = row
        return shown

    def stored(self, number: int) -> StoredEvent | None:
        """The event of a row, None when it is gone."""
        seq = self.seq_at(number)
        kept = seq is not None and self._store.oldest_seq <= seq < self._store.next_seq
        return self._store.event(seq) if kept and seq is not None else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        key = COLUMNS[index.column()].key
        if role == Role.DisplayRole:
            return self._text(index.row(), key)
        if role == Role.ToolTipRole:
            return plain_tooltip(self._full_text(index.row(), key))
        if role in (Role.AccessibleTextRole, Role.AccessibleDescriptionRole):
            event = self.stored(index.row())
            return None if event is None else sentence(event)
        return self._alignment(index.column()) if role == Role.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Role.DisplayRole:
            return self.time_mode.header if column.key == "time" else column.title
        if role == Role.ToolTipRole:
            return plain_tooltip(column.tip)
        return self._alignment(section) if role == Role.TextAlignmentRole else None

    def _reset(self) -> None:
        self.beginResetModel()
        self._rows = len(self.matches)
        self.endResetModel()

    def _remove(self, count: int) -> None:
        """The matches have forgotten these rows already; until Qt has too, numbers are counted from there."""
        if count:
            self._going = count
            self.beginRemoveRows(ROOT, 0, count - 1)
            self._going = 0
            self._rows -= count
            self.endRemoveRows()

    def _insert(self, count: int) -> None:
        if count:
            self.beginInsertRows(ROOT, self._rows, self._rows + count - 1)
            self._rows += count
            self.endInsertRows()

    def _text(self, number: int, key: str) -> str | None:
        if key == "time":
            return next((text for _, _, text in self.rows(number, number)), None)
        row = self.row(number)
        if row is None:
            return None
        if key == "phase":
            return f"{PHASE_MARKS[row.phase]} {row.texts[key]}"
        if key == "priority":
            return f"{PRIORITY_MARKS.get(row.priority, '')} {row.texts[key]}".strip()
        return row.texts[key]

    def _full_text(self, number: int, key: str) -> str:
        event = self.stored(number)
        if event is None:
            return ""
        if key == "info" and event.error:
            return event.error
        if key == "time":
            return rfc3339(moment(event)) or ""
        if key == "priority":
            return priority_name(event.priority)
        if field := FULL_TEXTS.get(key):
            return getattr(event, field) or ""
        return self._text(number, key) or ""

    def _time(self, row: Row, before: Row | None) -> str:
        if self._origin is None:
            self._origin = self._first_moment()
        return time_text(self.time_mode, row.at, self._origin, before.at if before else None)

    def _first_moment(self) -> int:
        return moment(self._store.event(self._store.oldest_seq))

    @staticmethod
    def _alignment(column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].right else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)
