"""Column widths: which columns are shown, and how wide.

Until the reader sets them, columns arrange themselves: each gets its least width, then as much of the room that is
left as its texts need, and Info has the rest. Where not even that fits, the least telling columns yield.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from PySide6.QtWidgets import QTableView

from app.table_setup import ColumnChoice
from widgets.table.cells import Row
from widgets.table.column_shapes import ColumnShapes
from widgets.table.columns import Column
from widgets.table.event_model import EventModel
from widgets.table.row_painter import RowPainter

__all__ = ["ColumnWidths"]

REFRESH_S: Final = 0.5
STEP: Final = 8
"""Columns grow by multiples of this, so that they come to rest soon."""
INFO: Final = "info"
TIME: Final = "time"
GENEROUS: Final = 180
"""The width that Info keeps before other columns may grow."""
TITLE_ROOM: Final = 17
"""Pixels beside the letters of a title."""

Seen = tuple[int, Row, str]
"""A row on screen: its place, what it says, and the text of its time."""


class ColumnWidths:
    """`fixed` has the widths that the reader has set, by column key; `hidden` what the reader does not want to see."""

    def __init__(self, table: QTableView, model: EventModel, painter: RowPainter) -> None:
        self.shapes = ColumnShapes()
        self.fixed: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.are_ours = False
        """Whether sections change their widths by our own doing just now."""
        self._table = table
        self._model = model
        self._painter = painter
        self._header = table.horizontalHeader()
        self._wanted: dict[str, int] = {}
        self._refreshed = 0.0

    def begin(self, choices: Sequence[ColumnChoice]) -> None:
        """Take over what was chosen, or with no choices begin as at first."""
        self.fixed = {choice.field: choice.width for choice in choices if choice.width}
        self.hidden = {column.key for column in self._model.columns if column.hidden}
        self._wanted = {}
        self._refreshed = 0.0

    def learn(self, first: int, last: int, *, at_once: bool = False) -> None:
        """See how wide the texts of rows `first` to `last` are, when it is time to look again."""
        now = time.monotonic()
        if not at_once and now - self._refreshed < REFRESH_S:
            return
        self._refreshed = now
        before, rows = dict(self._wanted), self._model.rows(first, last)
        self._shape(rows)
        for column in self._model.columns:
            if column.key not in self.hidden:
                width = -(-self._widest(column, rows) // STEP) * STEP
                self._wanted[column.key] = max(self._wanted_of(column), min(width, column.most))
        if before != self._wanted:
            self.arrange()

    def arrange(self) -> None:
        """Share the width of the table among the columns that the reader has not set."""
        numbers = {column.key: number for number, column in enumerate(self._model.columns)}
        set_by_reader = INFO in self.fixed or INFO in self.hidden
        rest = next((column for column in self._model.columns if column.key == INFO and not set_by_reader), None)
        others = [column for column in self._model.columns if column is not rest]
        room = self._table.viewport().width() - (rest.width if rest else 0)
        shown = self._shown(others, room)
        room -= sum(map(self._least, shown)) + (GENEROUS - rest.width if rest else 0)
        with self.ours():
            for column in self._model.columns:
                self._header.setSectionHidden(numbers[column.key], column is not rest and column not in shown)
            missing = {column: self._missing(column) for column in shown}
            for left, column in zip(range(len(shown), 0, -1), sorted(shown, key=missing.__getitem__), strict=True):
                more = max(min(missing[column], room // left), 0)
                self._header.resizeSection(numbers[column.key], self._least(column) + more)
                room -= more
            if rest:
                self._header.resizeSection(numbers[INFO], max(GENEROUS + room, rest.width))

    def fit(self, number: int, first: int, last: int) -> None:
        """Make a column as wide as its title and its texts in rows `first` to `last`, and keep it so."""
        rows = self._model.rows(first, last)
        self._shape(rows)
        column = self._model.columns[number]
        wanted = max(self._widest(column, rows), self._title_width(column))
        self.fixed[column.key] = min(wanted, max(self._table.viewport().width(), column.width))
        self.arrange()

    def show(self, key: str, *, shown: bool) -> None:
        """Show or hide a column whatever the room; the last one that is seen stays."""
        if shown:
            self.hidden.discard(key)
            column = next(column for column in self._model.columns if column.key == key)
            if column.yields:
                self.fixed.setdefault(key, self._wanted_of(column))
        elif self.hides(key):
            self.hidden.add(key)
        self.arrange()

    def hides(self, key: str) -> bool:
        """Whether a column may go: without any there would be no header to bring one back."""
        return any(column.key != key and column.key not in self.hidden for column in self._model.columns)

    @contextmanager
    def ours(self) -> Iterator[None]:
        """While this lasts, widths are ours, not the reader's."""
        before, self.are_ours = self.are_ours, True
        try:
            yield
        finally:
            self.are_ours = before

    def _shape(self, rows: Sequence[Seen]) -> None:
        """Give columns the shapes of what is seen in them."""
        for number, column in enumerate(self._model.columns):
            if self.shapes.is_open(column):
                self.shapes.see(column.key, (row.texts.get(column.key, "") for _, row, _ in rows if not row.waiting))
                shaped = self.shapes.shaped(column)
                if shaped != column:
                    self._model.change_column(number, shaped)

    def _widest(self, column: Column, rows: Sequence[Seen]) -> int:
        """The width at which all texts of a column in these rows are shown whole."""
        texts = {time if column.key == TIME else row.texts.get(column.key, "") for _, row, time in rows}
        return max((self._painter.wanted_width(column, text) for text in texts), default=0)

    def _shown(self, columns: Sequence[Column], room: int) -> list[Column]:
        """Those of the columns that there is room for, in the order in which they are given more.

        Where one finds no room, those that tell still less are left out as well.
        """
        shown, full = [], False
        for column in sorted(columns, key=lambda column: column.yields):
            if column.key in self.hidden:
                continue
            must = not column.yields or column.key in self.fixed
            full |= not must and self._least(column) > room
            if must or not full:
                shown.append(column)
                room -= self._least(column)
        return shown

    def _least(self, column: Column) -> int:
        if column.key in self.fixed:
            return self.fixed[column.key]
        # A number or time cut short would be read as another one, a title cut short as none; and who asks for a place
        # inside of events wants to read it.
        whole = column.mono or self.shapes.is_open(column)
        return max(self._wanted_of(column) if whole else column.width, self._title_width(column))

    def _missing(self, column: Column) -> int:
        """What a column needs beyond its least width."""
        return 0 if column.key in self.fixed else max(self._wanted_of(column) - self._least(column), 0)

    def _wanted_of(self, column: Column) -> int:
        return self._wanted.get(column.key, column.width)

    def _title_width(self, column: Column) -> int:
        title = str(self._model.headerData(self._model.columns.index(column), self._header.orientation()))
        return self._header.fontMetrics().horizontalAdvance(title) + TITLE_ROOM
