"""Folds: what the table shows of rows that stand for several: their number, and how they are opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.listing.folded import Folded
from app.listing.grouped import Grouped
from app.listing.groupings import make_of
from app.table_setup import Grouping
from widgets.table.looks import Look
from widgets.table.row_painter import Strip

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["Folds"]

ALL: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.MetaModifier
)  # fmt: skip
LARGE: Final = 10_000
"""A count from here on is told in thousands, one from a hundred times as much in millions."""


class Folds:
    """Of one table. Rows are grouped only while it is asked to `show` them so."""

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._grouping: Grouping = ""

    def show(self, grouping: Grouping) -> None:
        """Group rows in another way, or not at all."""
        if grouping != self._grouping:
            self._grouping = grouping
            self._table.gutter.show_counts(bool(grouping))
            self._table.group(make_of(grouping, self._table.session.store))

    def looks(self, strips: list[Strip]) -> list[Strip]:
        """The strips with how many rows each stands for."""
        grouped = self._table.layers.grouped
        if not isinstance(grouped, Grouped):
            return strips
        return [replace(strip, look=self._look(grouped, strip)) for strip in strips]

    def press(self, event: QKeyEvent) -> bool:
        """Right opens the fold that the current row is in, Left closes it; whether there was anything to do."""
        if event.key() not in (Qt.Key.Key_Right, Qt.Key.Key_Left) or event.modifiers() & ALL:
            return False
        seq = self._table.rows.seq_at(self._table.currentIndex().row())
        return seq is not None and self._turn(seq, event.key() == Qt.Key.Key_Right)

    def click(self, row: int) -> None:
        """Open or close the fold that begins in a row."""
        seq, folded = self._table.rows.seq_at(row), self._table.layers.grouped
        if seq is not None and isinstance(folded, Folded):
            self._turn(seq, not folded.is_open(seq))

    def _turn(self, seq: int, opened: bool) -> bool:
        folded = self._table.layers.grouped
        if not isinstance(folded, Folded) or not folded.toggle(seq, opened):
            return False
        self._table.anchor.suspend()
        self._table.tick()
        return True

    def _look(self, grouped: Grouped, strip: Strip) -> Look:
        count = grouped.count_of(strip.row.seq)
        sign = "" if not isinstance(grouped, Folded) else "▾" if grouped.is_open(strip.row.seq) else "▸"
        return replace(strip.look, repeats=f"{sign} {told(count)}".strip() if count > 1 else "")


def told(count: int) -> str:
    """A count in at most six characters."""
    if count < LARGE:
        return f"×{count:,}"
    return f"×{count // 1_000}k" if count < LARGE * 100 else f"×{count // 1_000_000:,}M"
