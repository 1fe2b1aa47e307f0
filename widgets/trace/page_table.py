"""A table of one trace: rows of which one is current, and told only when the developer has gone there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

__all__ = ["PageTable"]

LEAST_PX: Final = 56
"""The header and one row: a low window has others to show as well."""


class PageTable(QTableView):
    """While `is_quiet`, the current row changes by our own doing: nobody has chosen it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_quiet = False
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(LEAST_PX)

    @contextmanager
    def quietly(self, quiet: bool = True) -> Iterator[None]:
        """While this lasts, nothing is told (or with False it is)."""
        before, self.is_quiet = self.is_quiet, quiet
        try:
            yield
        finally:
            self.is_quiet = before

    def go_to(self, row: int | None) -> None:
        """Make a row the current one, or none."""
        if row is None:
            self.clearSelection()
        self.setCurrentIndex(QModelIndex() if row is None else self.model().index(row, 0))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row current when a table gets the focus."""
        with self.quietly():
            super().focusInEvent(event)
