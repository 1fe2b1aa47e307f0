"""The frame clock: empties the intake sixty times a second, and lets the visible views catch up.

The first view, the table, is shown on each beat on which rows came. The others share what time is left: one that has
much to do is the only one of its beat. When beats come late there is more to do than time, and every other one leaves
its time to Qt, so that a flood is taken in without holding anything up.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer

from app.session import Session

BEAT_MS: Final = 16
DRAIN_S: Final = 0.004
"""The share of a beat that storing new rows may take; painting gets the rest."""

OTHERS_S: Final = 0.002
"""When the views beside the first have taken so long, the rest of them waits for the next beat."""

LATE_S: Final = 0.006
"""A beat that comes so much later than it should says that there is too much to do."""


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
        self._session = session
        self._first, self._others = views[0], deque(views[1:])
        self._between = False
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._began = time.perf_counter()
        self._rested = False

    def start(self) -> None:
        """Begin to beat."""
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def beat(self) -> None:
        """One beat."""
        before, self._began = self._began, time.perf_counter()
        late = self._began - before > BEAT_MS / 1e3 + LATE_S
        stored = self._session.drain(DRAIN_S)
        self._rested = not self._rested and (late or not stored)
        if not self._rested:
            self._show()

    def _show(self) -> None:
        if not self._is_written():
            show(self._first)
            self._show_others(len(self._others))
        elif self._between and any(view.isVisible() for view in self._others):
            self._between = False
            self._show_others(1)
        else:
            self._between = True
            show(self._first)

    def _show_others(self, most: int) -> None:
        """At most so many of those that are seen, in their turn; one in any case, more as far as the time goes."""
        deadline = time.perf_counter() + OTHERS_S
        for _ in range(len(self._others)):
            view = self._others[0]
            self._others.rotate(-1)
            if view.isVisible():
                view.tick()
                most -= 1
                if not most or time.perf_counter() > deadline:
                    return


def show(view: View) -> None:
    """Have a view show its news if it is seen."""
    if view.isVisible():
        view.tick()
