"""Top talkers: who publishes how much of what, as a table. The accessible twin of the map."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.columns.wording import size_text
from app.commands.row_text import clock_time
from app.display import display
from app.filter.clause import clause, joined
from app.topology.map import Talker
from widgets.look.fonts import mono_font
from widgets.look.keyed_rows import Index, KeyedRows
from widgets.map.facts import rate_text

__all__ = ["TalkerModel", "TalkerTable"]

Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Field:
    """A column: what it says, what it is sorted by, and how wide it is."""

    title: str
    text: Callable[[Talker], str]
    by: Callable[[Talker], Any]
    width: int
    number: bool = True
    weight: int = 0
    """Where there is no room for all, those of the least weight are left out."""


FIELDS: Final = (
    Field("Type", lambda t: display(t.type), lambda t: t.type, 220, number=False, weight=9),
    Field("Producer", lambda t: display(t.producer), lambda t: t.producer, 150, number=False, weight=6),
    Field("Rate", lambda t: rate_text(t.rate), lambda t: t.rate, 76, weight=8),
    Field("Bytes/s", lambda t: f"{size_text(round(t.bytes_per_s))}/s", lambda t: t.bytes_per_s, 96, weight=3),
    Field("Share", lambda t: f"{t.share:.1%}", lambda t: t.share, 68, weight=2),
    Field("Events", lambda t: f"{t.count:,}", lambda t: t.count, 80, weight=5),
    Field("Errors", lambda t: f"{t.errors:,}" if t.errors else "", lambda t: t.errors, 68, weight=7),
    Field("Last seen", lambda t: clock_time(t.last_seen)[:8], lambda t: t.last_seen, 88, weight=4),
)
RATE: Final = 2
SHEET: Final = """
QTableView::item { padding: 0 8px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-position: top center; width: 9px; height: 9px; }
"""
"""The arrow of the order stands above the middle: beside the title of a number it would lie on it."""
LEAST_TYPE: Final = 150
"""Pixels in which most types can be read."""


class TalkerModel(KeyedRows[Talker]):
    """Talkers under FIELDS."""

    titles = tuple(field.title for field in FIELDS)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mono = mono_font()

    def key(self, item: Talker) -> Hashable:
        return item.channel, item.producer, item.type

    def cell(self, item: Talker, column: int, role: int) -> Any:
        field = FIELDS[column]
        if role == Role.DisplayRole:
            return field.text(item)
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if field.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.FontRole and field.number:
            return self._mono
        if role == Role.AccessibleTextRole:
            return f"{field.title} {field.text(item)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole and orientation == Qt.Orientation.Horizontal and FIELDS[section].number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


class TalkerTable(QTableView):
    """The table; a click on a title sorts by it. While the pointer is over it, no row changes its place."""

    filter_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.talkers = TalkerModel(self)
        self.setModel(self.talkers)
        self.setAccessibleName("top talkers")
        self.setStyleSheet(SHEET)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setSortIndicator(RATE, Qt.SortOrder.DescendingOrder)
        for column, field in enumerate(FIELDS):
            self.setColumnWidth(column, field.width)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.sortIndicatorChanged.connect(lambda *_: self._sort())
        self.activated.connect(self._propose)
        self.doubleClicked.connect(self._propose)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        shown = fitting(self.viewport().width())
        for column in range(len(FIELDS)):
            self.setColumnHidden(column, column not in shown)

    def show_talkers(self, talkers: list[Talker]) -> None:
        """Show these; their order stays while somebody reads the table."""
        if self.underMouse() and self.talkers.items:
            places = {self.talkers.key(talker): place for place, talker in enumerate(self.talkers.items)}
            talkers = sorted(talkers, key=lambda t: places.get(self.talkers.key(t), len(places)))
            self._show(talkers)
        else:
            self._show(self._sorted(talkers))

    def _sort(self) -> None:
        self._show(self._sorted(self.talkers.items))

    def _sorted(self, talkers: list[Talker]) -> list[Talker]:
        header = self.horizontalHeader()
        falling = header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        return sorted(talkers, key=FIELDS[header.sortIndicatorSection()].by, reverse=falling)

    def _show(self, talkers: list[Talker]) -> None:
        chosen = self.talkers.item(self.currentIndex())
        self.talkers.show(talkers)
        row = None if chosen is None else self.talkers.row_of(self.talkers.key(chosen))
        if row is not None and row != self.currentIndex().row():
            self.setCurrentIndex(self.talkers.index(row, 0))

    def _propose(self, index: QModelIndex | Index) -> None:
        talker = self.talkers.item(index)
        if talker is not None and not talker.type.startswith(("(", "…")):
            producer = "" if talker.producer.startswith(("(", "…")) else clause("producer", talker.producer)
            self.filter_wanted.emit(joined(clause("type", talker.type), producer))


def fitting(width: int) -> set[int]:
    """The columns for which there is room beside that of the type."""
    shown, room = {0}, width - LEAST_TYPE
    for column in sorted(range(1, len(FIELDS)), key=lambda column: -FIELDS[column].weight):
        room -= FIELDS[column].width
        if room < 0:
            break
        shown.add(column)
    return shown
