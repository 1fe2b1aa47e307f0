"""The found line: how many rows match, how far the search is, and the ways to stop it and to go on."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.filter.matches import Matches
from widgets.look.progress import ProgressLine
from widgets.look.text import steady

__all__ = ["FoundLine", "found_text"]

SOON_S: Final = 0.25
"""A search that is over so soon says nothing of itself."""


REFRESH_S: Final = 0.25
"""How often numbers change that only grow: one can read them."""


class FoundLine(QWidget):
    """Stands right of the filter's line; `bar` is the thin line of progress, to be placed below both."""

    resumed = Signal()
    counted = Signal()
    """It says other numbers, which change four times a second while rows come; who counts as well does so now."""

    def __init__(self, matches: Matches, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matches = matches
        self.bar = ProgressLine()
        self.bar.setAccessibleName("progress of the search")
        self._stopped_at: tuple[int, int] | None = None
        self._began: float | None = None
        self._state: object = None
        self._counted_at = 0.0
        self._count = steady("", "number")
        self._count.setAccessibleName("how many rows match")
        self._go_on = QPushButton("Go on")
        self._go_on.setObjectName("link")
        self._go_on.setCursor(Qt.CursorShape.PointingHandCursor)
        self._go_on.setToolTip("Search the rows that were left out")
        self._go_on.clicked.connect(self._resume)
        self._go_on.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._count)
        row.addWidget(self._go_on)

    @property
    def text(self) -> str:
        """What it says."""
        return self._count.text()

    @property
    def searching(self) -> bool:
        """Whether rows are left to be searched."""
        scanned, total = self.matches.progress
        return scanned < total

    def watch(self, matches: Matches) -> None:
        """Count other matches."""
        self.matches = matches
        self._stopped_at = None

    def tick(self) -> None:
        """Bring it up to date."""
        scanned, total = self.matches.progress
        self._began = (self._began or time.monotonic()) if scanned < total else None
        told = self._is_told()
        if self.matches.complete:
            self._stopped_at = None
        self._go_on.setVisible(self._stopped_at is not None)
        self.bar.show_part(scanned / total if told else 0.0)
        state = (self.matches.filter, scanned < total, self._stopped_at)
        if state != self._state or time.monotonic() - self._counted_at >= REFRESH_S:
            self._state, self._counted_at = state, time.monotonic()
            self._count.setText(found_text(len(self.matches), scanned, total, told, self._stopped_at))
            self.counted.emit()

    def give_up(self) -> bool:
        """Stop the search, if one runs that was told of."""
        if not self.searching or not self._is_told():
            return False
        self._stopped_at = self.matches.progress
        self.matches.cancel()
        self.tick()
        return True

    def _is_told(self) -> bool:
        return self._began is not None and time.monotonic() - self._began >= SOON_S

    def _resume(self) -> None:
        self._stopped_at = None
        self.matches.resume()
        self.resumed.emit()
        self.tick()


def found_text(found: int, scanned: int, total: int, told: bool, stopped_at: tuple[int, int] | None) -> str:
    """How many were found, and of how many rows."""
    if stopped_at is not None:
        part, of = stopped_at
        return f"{found:,} so far · {part / max(of, 1):.0%} of {of:,} searched"
    if told:
        return f"matched {found:,} of {total:,} ({scanned / total:.0%}) · Esc cancels"
    return f"{found:,} of {total:,}"
