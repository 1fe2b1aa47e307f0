"""The column header: which columns there are, in what order, how wide, and by which of them rows are sorted.

What the reader changes is kept in the settings at once.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from app.columns.fields import field_of
from app.columns.observed import recent_texts
from app.session import Session
from app.table_setup import MOST_COLUMNS, MOST_LETTERS, WIDEST, Align, ColumnChoice, TableSetup
from widgets.table.column_menu import menu_of_header
from widgets.table.column_widths import ColumnWidths
from widgets.table.columns import COLUMNS, Column, column_of, columns_of
from widgets.table.event_model import EventModel
from widgets.table.row_painter import RowPainter
from widgets.table.sorting import Sorting
from widgets.table.times import TimeMode

__all__ = ["ColumnHeader"]

Visible = Callable[[], tuple[int, int]]
"""The first and the last row on screen."""


class ColumnHeader(QObject):
    """Owns the columns of a table. `sort_wanted` carries a field, with "-" before it for the largest first, or ""."""

    sort_wanted = Signal(str)
    rearranged = Signal()

    def __init__(
        self, session: Session, table: QTableView, model: EventModel, painter: RowPainter, visible: Visible
    ) -> None:
        super().__init__(table)
        self.session = session
        self.model = model
        self.widths = ColumnWidths(table, model, painter)
        self.sorting = Sorting()
        """How rows are sorted."""
        self._setup = TableSetup()
        self._table = table
        self._visible = visible
        self._header = table.horizontalHeader()

    def set_up(self) -> None:
        """Lay out the columns; the table must have its model."""
        header = self._header
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(32)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_menu)
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        header.sectionClicked.connect(self._clicked)
        header.sectionHandleDoubleClicked.connect(self.fit)
        self._show(list(COLUMNS), ())
        self.tick()

    def tick(self) -> None:
        """Follow the settings, which another table, a profile or a command may have changed."""
        before, self._setup = self._setup, self.session.settings.table
        if self._setup.columns != before.columns:
            self._show(columns_of(self._setup.columns), self._setup.columns)
        if self._setup.time != before.time:
            self.model.set_time_mode(TimeMode(self._setup.time))
        if self._setup.sort != before.sort:
            self.sorting = Sorting.read(self._setup.sort)
            self.model.show_sorting(self.sorting)
            self.arrange()

    def reset(self) -> None:
        """All columns as they were at first."""
        self._show(list(COLUMNS), ())
        self._keep()

    def learn(self, first: int, last: int) -> None:
        """See how wide the texts of rows `first` to `last` are, when it is time to look again."""
        self.widths.learn(first, last)

    def arrange(self) -> None:
        """Share the width of the table among its columns."""
        self.widths.arrange()

    def add(self, field: str, before: int | None = None) -> None:
        """Show a field in a column of its own, to the left of column `before` or of Info; raises ValueError."""
        number = self.model.number_of(field)
        if number is None:
            check_room(field, len(self.model.columns))
            number, shapes = len(self.model.columns), self.widths.shapes
            shapes.see(field, recent_texts(self.session.store, field_of(field)))
            self.model.add_column(shapes.shaped(column_of(ColumnChoice(field))))
        self.widths.show(field, shown=True)
        self._place(number, before if before is not None else self.model.number_of("info"))
        self.widths.learn(*self._visible(), at_once=True)
        self._bring_into_view(number)

    def remove(self, number: int) -> None:
        """Take a column away; one that the table has by itself is hidden, and the last one that is seen stays."""
        column = self.model.columns[number]
        if column.is_default:
            self.widths.show(column.key, shown=False)
        elif self.widths.hides(column.key):
            self.model.remove_column(number)
            self.widths.fixed.pop(column.key, None)
            self.widths.arrange()
        self._keep()

    def show_column(self, key: str, *, shown: bool) -> None:
        """Show or hide a column."""
        self.widths.show(key, shown=shown)
        self._keep()

    def is_shown(self, number: int) -> bool:
        """Whether a column can be seen."""
        return not self._header.isSectionHidden(number)

    def rename(self, number: int, title: str) -> None:
        """Give a column another title; "" is its own."""
        self._change(number, title=title.strip()[:MOST_LETTERS])

    def align(self, number: int, align: Align) -> None:
        """Put the texts of a column to another side; "" is its own."""
        self._change(number, align=align)

    def resolve(self, number: int, *, whole: bool) -> None:
        """Show ids whole or short."""
        self._change(number, whole=whole)
        self.fit(number)

    def fit(self, number: int) -> None:
        """Make a column as wide as what it shows."""
        self.widths.fit(number, *self._visible())
        self._keep()

    def count_times(self, mode: TimeMode) -> None:
        """Count times in another way."""
        self.session.settings = self.session.settings.with_table(time=mode.value)
        self.tick()
        self._table.viewport().update()

    def open_menu(self, number: int) -> None:
        """Open the menu of a column below its title, with -1 that of all of them."""
        at = QPoint(max(self._header.sectionViewportPosition(number), 0) if number >= 0 else 0, self._header.height())
        menu_of_header(self, self._table, number).popup(self._header.mapToGlobal(at))

    def choices(self) -> tuple[ColumnChoice, ...]:
        """The columns as they are, from left to right; none when nobody has changed anything."""
        order = [self.model.columns[self._header.logicalIndex(at)] for at in range(len(self.model.columns))]
        fixed, hidden = self.widths.fixed, self.widths.hidden
        chosen = tuple(column.chosen(fixed.get(column.key, 0), hidden=column.key in hidden) for column in order)
        return () if chosen == tuple(column.chosen(0, hidden=column.hidden) for column in COLUMNS) else chosen

    def _show(self, columns: list[Column], choices: tuple[ColumnChoice, ...]) -> None:
        with self.widths.ours():
            self.model.set_columns([self.widths.shapes.shaped(column) for column in columns])
            for number in range(len(columns)):
                self._header.moveSection(self._header.visualIndex(number), number)
        self.widths.begin(choices)
        self.arrange()
        self.rearranged.emit()

    def _place(self, number: int, before: int | None) -> None:
        """Move a column to the left of another."""
        here = self._header.visualIndex(number)
        there = self._header.visualIndex(before) if before is not None else here
        with self.widths.ours():
            self._header.moveSection(here, there - 1 if there > here else there)
        self._keep()

    def _bring_into_view(self, number: int) -> None:
        """Scroll sideways until the whole of a column is seen."""
        left, bar = self._header.sectionViewportPosition(number), self._table.horizontalScrollBar()
        beyond = left + self._header.sectionSize(number) - self._header.viewport().width()
        bar.setValue(bar.value() + (min(left, 0) or max(beyond, 0)))

    def _change(self, number: int, **changes: object) -> None:
        column = self.model.columns[number]
        changed = column_of(msgspec.structs.replace(column.choice, **changes))
        self.model.change_column(number, self.widths.shapes.shaped(changed))
        self._table.viewport().update()
        self._keep()

    def _keep(self) -> None:
        self.session.settings = self.session.settings.with_table(columns=self.choices())
        self._setup = self._setup.with_(columns=self.session.settings.table.columns)
        self.rearranged.emit()

    def _open_menu(self, at: QPoint) -> None:
        menu_of_header(self, self._table, self._header.logicalIndexAt(at)).popup(self._header.mapToGlobal(at))

    def _resized(self, number: int, old: int, new: int) -> None:
        if not self.widths.are_ours and old and new:
            self.widths.fixed[self.model.columns[number].key] = min(new, WIDEST)
            self.arrange()
            self._keep()

    def _moved(self, number: int, old: int, new: int) -> None:
        if not self.widths.are_ours:
            self._keep()

    def _clicked(self, number: int) -> None:
        self.sort_wanted.emit(self.sorting.clicked(self.model.columns[number].key).text)


def check_room(field: str, columns: int) -> None:
    """Raise ValueError with a sentence when the settings cannot hold another column."""
    if len(field) >= MOST_LETTERS:
        raise ValueError(f"The name of a column's field has fewer than {MOST_LETTERS} characters.")
    if columns >= MOST_COLUMNS:
        raise ValueError(f"There are {MOST_COLUMNS} columns already; remove some first.")
