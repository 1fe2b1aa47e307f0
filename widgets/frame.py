"""The frame clock: empties the intake sixty times a second, and lets the visible views catch up.

The first view, the table, is shown on each beat on which rows came. The others share what time is left: one that has
much to do is the only one of its beat. When beats come late there is more to do than time, and every other one leaves
its time to Qt, so that a flood is taken in without holding anything up.

Somebody who writes waits for none of it: views are shown in the breath after a key, when no other key comes yet.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer

from app.session import Session
from widgets.at_work import at_work

BEAT_MS: Final = 16
DRAIN_S: Final = 0.004
"""The share of a beat that storing new rows may take; painting gets the rest."""

OTHERS_S: Final = 0.002
"""When the views beside the first have taken so long, the rest of them waits for the next beat."""

LATE_S: Final = 0.006
"""A beat that comes so much later than it should says that there is too much to do."""


NEVER: Final = -math.inf

WRITTEN_S: Final = 1.0
"""So long after a key another one is likely."""

BETWEEN_S: Final = 0.2
"""While another key is likely, a view is shown this often without one."""


class View(Protocol):
    """What is shown: it applies the news when it is visible."""

    def tick(self) -> None:
        """Show what is new."""

    def isVisible(self) -> bool:
        """Whether anybody can see it."""


class FrameClock(QObject):
    """Drives session and views. A hidden view is skipped; it catches up on its next tick.

    While somebody writes, one view is shown on the first beat after each key, by turns the first or one of the others.
    """

    def __init__(
        self, session: Session, views: Sequence[View], parent: QObject | None = None,
        *, written_at: Callable[[], float] = lambda: NEVER,
    ) -> None:  # fmt: skip
        """`written_at` tells when the last key of a text came (s of `time.perf_counter`)."""
        super().__init__(parent)
        self._written_at = written_at
        self._session = session
        self._first, self._others = views[0], deque(views[1:])
        self._between = False
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)
        self._began = time.perf_counter()
        self._shown = NEVER
        self._rested = False

    def start(self) -> None:
        """Begin to beat."""
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def beat(self) -> None:
        """One beat."""
        at_work()
        before, self._began = self._began, time.perf_counter()
        late = self._began - before > BEAT_MS / 1e3 + LATE_S
        if self._is_breath():
            self._show_one()
            return
        stored = self._session.drain(DRAIN_S)
        self._rested = not self._rested and (late or not stored)
        if not self._rested and not self._is_written:
            show(self._first)
            self._show_others(len(self._others))

    @property
    def _is_written(self) -> bool:
        return self._began - self._written_at() < WRITTEN_S

    def _is_breath(self) -> bool:
        """Whether somebody writes, and a key was seen since a view was shown, or none was to be seen for long."""
        return self._is_written and (self._written_at() > self._shown or self._began - self._shown > BETWEEN_S)

    def _show_one(self) -> None:
        """Show the first or one of the others, and leave the rows for the next beat."""
        self._shown = self._began
        self._between = not self._between
        if self._between or not any(view.isVisible() for view in self._others):
            show(self._first)
        else:
            self._show_others(1)
        if self._timer.isActive():
            self._timer.start()  # or the next beat would be due as soon as this is painted, before a key

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
