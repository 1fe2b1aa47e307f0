"""At work: has the threads behind the window give way until Qt has done what there is to do."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QCoreApplication, QTimer

from app.store.courtesy import WINDOW

__all__ = ["at_work"]


def at_work() -> None:
    """The window begins to work, and will paint what comes of it."""
    WINDOW.take()
    rest().start()


@cache
def rest() -> QTimer:
    """Goes off when nothing is left to be done or painted. A single shot of 0 ms would come before the painting."""
    timer = QTimer(QCoreApplication.instance(), singleShot=True, interval=0)
    timer.timeout.connect(WINDOW.leave)
    return timer
