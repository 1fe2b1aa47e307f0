"""The frame clock: empties the intake sixty times a second, and lets the visible views catch up.

Few new rows are shown at once. In a flood the views catch up on every second beat only: what is stored at once is
little, and every other beat leaves its time to Qt, so that a flood is taken in without holding anything up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer

from app.session import Session

BEAT_MS: Final = 16
DRAIN_S: Final = 0.004
"""The share of a beat that storing new rows may take; painting gets the rest."""

FEW: Final = 300
"""Rows of one beat that are shown at once: about 18,000 a second."""


class View(Protocol):
    """What is shown: it applies the news when it is visible."""

    def tick(self) -> None:
        """Show what is new."""

    def isVisible(self) -> bool:
        """Whether anybody can see it."""


class FrameClock(QObject):
    """Drives session and views. A hidden view is skipped; it catches up on its next tick.

    While somebody writes, a beat shows one view, by turns the first or one of the others: each key is seen at once.
    """

    def __init__(
        self, session: Session, views: Sequence[View], parent: QObject | None = None,
        *, is_written: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """`is_written` tells whether somebody writes at the moment."""
        super().__init__(parent)
        self._is_written = is_written
        self._turn = 0
        self._session = session
        self._views = views
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._rested = False
        self.last_ms = 0.0

    def start(self) -> None:
        """Begin to beat."""
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def beat(self) -> None:
        """One beat."""
        started = time.perf_counter()
        stored = self._session.drain(DRAIN_S)
        self._rested = not self._rested and not 0 < stored <= FEW
        if not self._rested:
            self._show()
        self.last_ms = (time.perf_counter() - started) * 1e3

    def _show(self) -> None:
        for view in self._next() if self._is_written() else self._views:
            if view.isVisible():
                view.tick()

    def _next(self) -> Sequence[View]:
        """The first view on every second beat, between them one of the others that are seen, in its turn."""
        first, *others = self._views
        visible = [view for view in others if view.isVisible()]
        self._turn += 1
        turn, between = divmod(self._turn, 2)
        return [visible[turn % len(visible)]] if between and visible else [first]
