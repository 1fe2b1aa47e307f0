"""The hunt: looks for a row for as long as it takes, a moment at a time, so that the window stays alive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

__all__ = ["Hunt"]

MOST_S: Final = 0.003


class Hunt(QObject):
    """One search at a time; a new one ends the one before. What is near is found before `begin` returns."""

    found = Signal(object)  # row: int
    failed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[int | None] = iter(())
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go)

    @property
    def is_on(self) -> bool:
        """Whether it is still looking."""
        return self._timer.isActive()

    def begin(self, steps: Iterator[int | None]) -> None:
        """Take steps until one gives a row; None is a step that found nothing."""
        self._steps = steps
        self._timer.stop()
        self._go()

    def give_up(self) -> None:
        """Look no further."""
        self._timer.stop()

    def _go(self) -> None:
        deadline = time.perf_counter() + MOST_S
        for row in self._steps:
            if row is not None:
                return self.found.emit(row)
            if time.perf_counter() > deadline:
                return self._timer.start()
        self.failed.emit()
