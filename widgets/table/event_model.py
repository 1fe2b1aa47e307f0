"""The event model: the rows of a listing, as Qt's views want them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.display import display
from app.filter.query import Filter
from app.listing.listing import Listing
from app.session import Session
from app.store.away import unless_away
from app.store.stored import StoredEvent
from widgets.look.tooltips import plain_tooltip
from widgets.table.cells import PHASE_MARKS, PRIORITY_MARKS, WAITING, Row, sentence
from widgets.table.chosen import Cell, cell_of, event_of
from widgets.table.columns import Column, columns_of
from widgets.table.lent_cells import LentCells
from widgets.table.row_cache import RowCache
from widgets.table.row_times import RowTimes
from widgets.table.sorting import Sorting
from widgets.table.times import TimeMode

__all__ = ["EventModel", "Index"]

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
ROOT: Final = QModelIndex()
TIME: Final = "time"
SORT_HINT: Final = "Click to sort, once more for the other direction, and again for the order of arrival."
SIDES: Final = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "centre": Qt.AlignmentFlag.AlignHCenter,
}


class EventModel(QAbstractTableModel):
    """Row `i` is row `i` of the listing. A tick has rows go at the top, come at the bottom, or all change."""

    def __init__(self, session: Session, listing: Listing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing = listing
        self.columns: list[Column] = []
        self.sorting = Sorting()
        self._store = session.store
        self._marks = session.marks
        self._reference = session.marks.reference
        self.lent = LentCells(session.store)
        self._cache = RowCache(session.store, session.settings.budgets_ms)
        self._times = RowTimes(session.store, session.marks, self._cache, TimeMode(session.settings.table.time))
        self._rows = len(listing)
        self._going = range(0)
        self._take(columns_of(session.settings.table.columns))

    def tick(self) -> bool:
        """Take over what changed in the listing; whether anything did."""
        self._refer()
        change = self.listing.update()
        if change.reset:
            self._reset()
        else:
            self._remove(change.front, change.removed)
            self._insert(change.appended)
        fetched = self._cache.tick() | self._times.tick()
        if fetched and self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self.columns) - 1))
        return bool(change) or fetched

    def set_filter(self, wanted: Filter) -> None:
        """Show what passes another filter; what takes longer than a frame to find comes with later ticks."""
        self.listing.set_filter(wanted)
        self.tick()

    def show(self, listing: Listing) -> None:
        """Show the rows of another listing."""
        self.listing = listing
        listing.update()
        self._reset()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self.beginResetModel()
        self._take(columns)
        self.endResetModel()

    def add_column(self, column: Column) -> None:
        """Show one more column, behind the others."""
        self.beginInsertColumns(ROOT, len(self.columns), len(self.columns))
        self._take([*self.columns, column])
        self.endInsertColumns()

    def remove_column(self, number: int) -> None:
        """Show a column no more."""
        self.beginRemoveColumns(ROOT, number, number)
        self._take([column for at, column in enumerate(self.columns) if at != number])
        self.endRemoveColumns()

    def change_column(self, number: int, column: Column) -> None:
        """Show a column with another title or alignment."""
        self._take([column if at == number else known for at, known in enumerate(self.columns)])
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, number, number)
        if self._rows:
            self.dataChanged.emit(self.index(0, number), self.index(self._rows - 1, number))

    def number_of(self, key: str) -> int | None:
        """The place of the column of a field, None when there is none."""
        return next((at for at, column in enumerate(self.columns) if column.key == key), None)

    @property
    def time_mode(self) -> TimeMode:
        """What times count from."""
        return self._times.mode

    @property
    def dated(self) -> bool:
        """Whether times stand behind their days."""
        return self._times.dated

    def set_time_mode(self, mode: TimeMode) -> None:
        """Count times in another way."""
        self._times.mode = mode
        number = self.number_of(TIME)
        if number is not None:
            self.change_column(number, self.columns[number])

    def show_sorting(self, sorting: Sorting) -> None:
        """Say in the header how rows are sorted."""
        self.sorting = sorting
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def arrow(self, key: str) -> str:
        """The arrow of a column by which rows are sorted, "" for any other."""
        return self.sorting.arrow if key == self.sorting.field else ""

    def seq_at(self, row: int) -> int | None:
        """The number of the event in a row, None where there is none."""
        at = row if row < self._going.start else row - len(self._going)
        return self.listing.seq_at(at) if 0 <= at < len(self.listing) and row not in self._going else None

    def row(self, number: int) -> Row | None:
        """A row as far as it is known now, None when its event is gone."""
        seq = self.seq_at(number)
        return None if seq is None else self.lent.filled(self._cache.rows([seq])).get(seq)

    def rows(self, first: int, last: int) -> list[tuple[int, Row, str]]:
        """Rows `first` to `last` that are there, each with its number and the text of its time; none is waited for."""
        numbers = range(max(first, 0), min(last, self._rows - 1) + 1)
        seqs = self._seqs(numbers)
        found = self.lent.filled(self._cache.rows([seq for seq in seqs if seq is not None]))
        above = self.row(numbers.start - 1) if self.time_mode is TimeMode.DELTA and numbers.start else None
        shown = []
        for number, seq in zip(numbers, seqs, strict=True):
            if row := found.get(seq or 0):
                shown.append((number, row, self._times.text(row, above)))
                above = row
        return shown

    def _seqs(self, numbers: range) -> list[int | None]:
        """The numbers of the events in rows, None where there is none."""
        if self._going:
            return [self.seq_at(number) for number in numbers]
        seqs: list[int | None] = self.listing.seqs(numbers.start, numbers.stop).tolist()
        return seqs + [None] * (len(numbers) - len(seqs))

    def stored(self, number: int) -> StoredEvent | None:
        """The event of a row, None when it is gone."""
        seq = self.seq_at(number)
        return None if seq is None else event_of(self._store, seq)

    def cell(self, index: Index) -> Cell | None:
        """The events that a cell is about, None when that of its row is gone."""
        seq = self.seq_at(index.row())
        return None if seq is None else cell_of(self._store, seq, self.columns[index.column()])

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Role.DisplayRole:
            return self._text(index.row(), column.key)
        if role == Role.ToolTipRole:
            cell = unless_away(partial(self.cell, index))
            return "" if cell is None else plain_tooltip(self._tip(column, cell.told, index.row()))
        if role in (Role.AccessibleTextRole, Role.AccessibleDescriptionRole):
            event = unless_away(partial(self.stored, index.row()))
            return None if event is None else " · ".join(filter(None, (sentence(event), self._marks.told(event.seq))))
        return alignment(column) if role == Role.TextAlignmentRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return " ".join(filter(None, (self._title(column), self.arrow(column.key))))
        if role == Role.ToolTipRole:
            return plain_tooltip(f"{column.tip}\n{SORT_HINT}")
        return alignment(column) if role == Role.TextAlignmentRole else None

    def _take(self, columns: Sequence[Column]) -> None:
        self.columns = list(columns)
        self._cache.show([column.field for column in columns if column.key != TIME])
        self.lent.show(columns)

    def _title(self, column: Column) -> str:
        if column.key != TIME or self.time_mode is TimeMode.ABSOLUTE:
            return column.title
        return self.time_mode.header(from_reference=self._marks.reference is not None)

    def _refer(self) -> None:
        """Times count from a row as soon as it is made the reference; nobody would do that to see the time of day."""
        if self._marks.reference != self._reference:
            self._reference = self._marks.reference
            wanted = TimeMode.RELATIVE if self._reference else self.time_mode
            self.set_time_mode(wanted)

    def _reset(self) -> None:
        self.beginResetModel()
        self._rows = len(self.listing)
        self.endResetModel()

    def _remove(self, front: int, count: int) -> None:
        """The listing has forgotten these rows already; until Qt has too, numbers are counted from there."""
        if count:
            self._going = range(front, front + count)
            self.beginRemoveRows(ROOT, front, front + count - 1)
            self._going = range(0)
            self._rows -= count
            self.endRemoveRows()
        if count and front:
            self.dataChanged.emit(self.index(0, 0), self.index(front - 1, len(self.columns) - 1))

    def _insert(self, count: int) -> None:
        if count:
            self.beginInsertRows(ROOT, self._rows, self._rows + count - 1)
            self._rows += count
            self.endInsertRows()

    def _tip(self, column: Column, event: StoredEvent, number: int) -> str:
        """The whole of a cell, below what is noted about its row and what it is when it is lent."""
        seq = self.seq_at(number)
        lent = "" if event.seq == seq else f"Of the event, as published in row {event.seq:,}:"
        return "\n".join(filter(None, (*self._noted(seq or 0), lent, column.field.whole(event))))

    def _noted(self, seq: int) -> tuple[str, str]:
        """The comment on a row, and which triggers met it."""
        fired = self._marks.fired(seq)
        return display(self._marks.comment(seq)), display(f"Met by the trigger {fired}") if fired else ""

    def _text(self, number: int, key: str) -> str | None:
        if key == TIME:
            return next((text for _, _, text in self.rows(number, number)), None)
        row = self.row(number)
        if row is None or row.waiting:
            return None if row is None else WAITING
        if key == "phase":
            return f"{PHASE_MARKS[row.phase]} {row.texts[key]}"
        if key == "priority":
            return f"{PRIORITY_MARKS.get(row.priority, '')} {row.texts[key]}".strip()
        return row.texts[key]


def alignment(column: Column) -> int:
    """The side of the texts of a column, as Qt says it."""
    return int(SIDES.get(column.align, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter)
