"""The column header: which columns there are and how wide.

Until the reader sets them, columns arrange themselves: each gets its least width, then as much of the room that is
left as its texts need, and Info has the rest. Where not even that fits, the least telling columns yield.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from widgets.table.columns import COLUMNS, column_number
from widgets.table.event_model import EventModel
from widgets.table.row_painter import RowPainter
from widgets.table.times import TimeMode

__all__ = ["ColumnHeader"]

REFRESH_S: Final = 0.5
STEP: Final = 8
"""Columns grow by multiples of this, so that they come to rest soon."""
INFO: Final = column_number("info")
GENEROUS: Final = 240
"""The width that Info keeps before other columns may grow."""
BY_WORTH: Final = sorted((n for n in range(len(COLUMNS)) if n != INFO), key=lambda n: COLUMNS[n].yields)
"""Columns in the order in which they are given room."""


class ColumnHeader(QObject):
    """Owns the widths of a table's columns and their menu."""

    def __init__(self, table: QTableView, model: EventModel, painter: RowPainter) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._painter = painter
        self._header = table.horizontalHeader()
        self._wanted = [column.width for column in COLUMNS]
        self._set_by_reader: set[int] = set()
        self._arranging = False
        self._refreshed = 0.0

    def set_up(self) -> None:
        """Lay out the columns; the table must have its model."""
        header = self._header
        header.setSectionsMovable(True)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(32)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_menu)
        header.sectionResized.connect(self._resized)
        self.reset()

    def reset(self) -> None:
        """All as it was at first."""
        self._set_by_reader.clear()
        self._wanted = [column.width for column in COLUMNS]
        for number in range(len(COLUMNS)):
            self._header.moveSection(self._header.visualIndex(number), number)
        self.arrange()

    def save(self) -> bytes:
        """Widths, order and choice of columns."""
        return bytes(self._header.saveState().data())

    def restore(self, state: bytes) -> bool:
        """What `save` gave; False when it does not fit these columns."""
        with self._own():
            fits = self._header.restoreState(QByteArray(state))
        if fits:
            self._set_by_reader = set(range(len(COLUMNS)))
        self.arrange()
        return fits

    def learn(self, first: int, last: int) -> None:
        """See how wide the texts of rows `first` to `last` are, when it is time to look again."""
        now = time.monotonic()
        if now - self._refreshed < REFRESH_S:
            return
        self._refreshed = now
        before = list(self._wanted)
        for _, row, _ in self._model.rows(first, last):
            for number in BY_WORTH:
                width = -(-self._painter.wanted_width(COLUMNS[number], row) // STEP) * STEP
                self._wanted[number] = max(self._wanted[number], min(width, COLUMNS[number].most))
        if before != self._wanted:
            self.arrange()

    def arrange(self) -> None:
        """Share the width of the table among the columns that the reader has not set."""
        room = self._table.viewport().width() - COLUMNS[INFO].width
        shown: list[int] = []
        for number in BY_WORTH:
            fits = self._least(number) <= room or not COLUMNS[number].yields
            if self._is_shown(number, fits):
                shown.append(number)
                room -= self._least(number)
        room -= GENEROUS - COLUMNS[INFO].width
        with self._own():
            for number in BY_WORTH:
                self._header.setSectionHidden(number, number not in shown)
            for number in shown:
                more = max(min(self._wanted[number] - self._least(number), room), 0)
                if number not in self._set_by_reader:
                    self._header.resizeSection(number, self._least(number) + more)
                    room -= more
            if INFO not in self._set_by_reader:
                self._header.resizeSection(INFO, max(GENEROUS + room, COLUMNS[INFO].width))

    def menu(self) -> QMenu:
        """Choice of columns, and what times count from."""
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, column in enumerate(COLUMNS):
            action = menu.addAction("Number" if column.key == "number" else column.title)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(number))
            action.toggled.connect(partial(self._choose, number))
        menu.addSeparator()
        for mode in TimeMode:
            action = menu.addAction(f"Time: {mode.value[0].lower()}{mode.value[1:]}")
            action.setCheckable(True)
            action.setChecked(mode is self._model.time_mode)
            action.triggered.connect(partial(self._count_times, mode))
        menu.addSeparator()
        menu.addAction("Reset columns", self.reset)
        return menu

    def _least(self, number: int) -> int:
        if number in self._set_by_reader:
            return self._header.sectionSize(number) or COLUMNS[number].width
        # A number or time cut short would be read as another one.
        return self._wanted[number] if COLUMNS[number].mono else COLUMNS[number].width

    def _is_shown(self, number: int, fits: bool) -> bool:
        if number in self._set_by_reader:
            return not self._header.isSectionHidden(number)
        return fits and not COLUMNS[number].hidden

    def _open_menu(self, at: QPoint) -> None:
        self.menu().popup(self._header.mapToGlobal(at))

    def _choose(self, number: int, shown: bool) -> None:
        with self._own():
            self._header.setSectionHidden(number, not shown)
            if shown:
                self._header.resizeSection(number, self._wanted[number])
        self._set_by_reader.add(number)
        self.arrange()

    def _count_times(self, mode: TimeMode) -> None:
        self._model.set_time_mode(mode)
        self._table.viewport().update()

    def _resized(self, number: int, old: int, new: int) -> None:
        if not self._arranging and old and new:
            self._set_by_reader.add(number)
            self.arrange()

    @contextmanager
    def _own(self) -> Iterator[None]:
        """While this lasts, widths are ours, not the reader's."""
        before, self._arranging = self._arranging, True
        try:
            yield
        finally:
            self._arranging = before
