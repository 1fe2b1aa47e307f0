"""A line of progress that is painted with the rest of the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QProgressBar

__all__ = ["ProgressLine"]

WHOLE: Final = 1_000


class ProgressLine(QProgressBar):
    """A thin line, without a text.

    Qt's own bar paints all of the window that is to be painted, at once, whenever its value changes. A search tells how
    far it is while somebody types, so this one only asks to be painted.
    """

    def __init__(self) -> None:
        super().__init__(textVisible=False, maximum=WHOLE)

    def show_part(self, done: float) -> None:
        """Show which part is done, from 0 to 1."""
        value = round(done * WHOLE)
        if value != self.value():
            self.setUpdatesEnabled(False)
            self.setValue(value)
            self.setUpdatesEnabled(True)
