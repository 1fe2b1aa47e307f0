"""The anchor: keeps the table's picture still while rows come at the bottom and go at the top.

A place in the table is remembered as the number of the event at the top and how far it is scrolled out, never as
a row: rows are renumbered whenever the filter changes or old ones are evicted. Only the reader moves the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QScrollBar, QTableView

from widgets.table.event_model import EventModel

__all__ = ["Anchor", "Place"]


class Place(NamedTuple):
    """Event `seq` is the first one visible, scrolled out by `offset` pixels."""

    seq: int
    offset: int


class Anchor(QObject):
    """Whether a table is glued to its end, and if not, where it is held."""

    changed = Signal()

    def __init__(self, table: QTableView, model: EventModel, row_height: int) -> None:
        super().__init__(table)
        self.following = True
        self.is_moving = False
        self._table = table
        self._model = model
        self._row_height = row_height
        self._place = Place(0, 0)
        self._seen = 0
        self._at_top = False
        """Whether rows in another order than that of arrival are shown from the first one on, whichever it is."""
        self._bar.valueChanged.connect(self._scrolled)

    @property
    def at_end(self) -> bool:
        """Whether the last row is visible."""
        return self._bar.value() >= self._bar.maximum()

    @property
    def seq(self) -> int | None:
        """The event at the top, while the table stands still."""
        return None if self.following else self._place.seq

    @property
    def new_rows(self) -> int:
        """Rows below all that has been on screen so far."""
        listing = self._model.listing
        if self.following or not listing.newest_last:
            return 0
        return max(len(listing) - listing.index_of(self._seen + 1), 0)

    def follow(self) -> None:
        """Glue the table to its end, if that is where the newest rows are."""
        if not self._model.listing.newest_last:
            return
        self.following = True
        self.settle()
        self.changed.emit()

    def begin_at_top(self) -> None:
        """Show the first row, and whichever comes before it, until the reader scrolls or selects."""
        self.following, self._at_top = False, True

    def suspend(self) -> None:
        """Let the table stand still from now on."""
        self._at_top = False
        if self.following:
            self.following = False
            self._look()
            self.changed.emit()

    def settle(self) -> None:
        """After a change of rows or size: go to the end when following, else back to the place."""
        with self.moving():
            # Qt lays out later by itself, but the scroll bar must know the new rows before it can be set.
            self._table.doItemsLayout()
            if self.following:
                self._bar.setValue(self._bar.maximum())
                self._look()
            elif self._at_top and not self._model.listing.newest_last:
                self._bar.setValue(0)
                self._look()
            else:
                row = self._model.listing.index_of(self._place.seq)
                offset = self._place.offset if self._model.seq_at(row) == self._place.seq else 0
                self._bar.setValue(row * self._row_height + offset)

    @contextmanager
    def moving(self) -> Iterator[None]:
        """While this lasts, scrolling and selecting are our own doing and say nothing of what the reader wants."""
        before, self.is_moving = self.is_moving, True
        try:
            yield
        finally:
            self.is_moving = before

    def _scrolled(self) -> None:
        if self.is_moving:
            return
        was, self.following = self.following, self.at_end and self._model.listing.newest_last
        self._at_top = self._bar.value() == 0
        self._look()
        if was != self.following:
            self.changed.emit()

    def _look(self) -> None:
        """Remember the event at the top, and the last one that was ever in view."""
        top, offset = divmod(self._bar.value(), self._row_height)
        seq = self._model.seq_at(top)
        if seq is not None:
            self._place = Place(seq, offset)
        bottom = (self._bar.value() + self._table.viewport().height()) // self._row_height
        last = self._model.seq_at(min(bottom, self._model.rowCount()) - 1)
        self._seen = max(self._seen, last or 0)

    @property
    def _bar(self) -> QScrollBar:
        return self._table.verticalScrollBar()
