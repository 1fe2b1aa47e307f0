"""The hunt: looks for a row for as long as it takes, a moment at a time, so that the window stays alive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.lookup import Lookup

if TYPE_CHECKING:
    from widgets.table.jumps import Mask, Search

__all__ = ["Hunt"]

MOST_S: Final = 0.003


class Hunt(QObject):
    """One search at a time; a new one ends the one before. What is near is found before `begin` returns."""

    found = Signal(object)  # row: int
    failed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._search: Search | None = None
        self._lookup = Lookup("look for a row")
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go)

    @property
    def is_on(self) -> bool:
        """Whether it is still looking."""
        return self._timer.isActive() or self._lookup.is_waiting

    def begin(self, search: Search) -> None:
        """Search until there is a row, or none further on."""
        self.give_up()
        self._search = search
        self._go()

    def give_up(self) -> None:
        """Look no further."""
        self._search = None
        self._timer.stop()
        self._lookup.give_up()

    def _go(self, tested: Mask | None = None) -> None:
        assert self._search is not None
        deadline = time.perf_counter() + MOST_S
        while True:
            try:
                test = self._search.send(tested)
            except StopIteration as end:
                return self._end(end.value)
            if test is not None:
                return self._lookup.read(test, self._go)
            if time.perf_counter() > deadline:
                return self._timer.start()
            tested = None

    def _end(self, row: int | None) -> None:
        self._search = None
        if row is None:
            self.failed.emit()
        else:
            self.found.emit(row)
