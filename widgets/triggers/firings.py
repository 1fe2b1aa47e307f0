"""Firings: what happens in the window when a trigger fires: it is told, once a second at most, and may pause."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.session import Session
from app.table_setup import Trigger
from app.triggers.triggers import Firing
from widgets.focus import Focus
from widgets.triggers.wording import fired

__all__ = ["Firings"]

TOLD_EACH_S: Final = 1.0


class Firings(QObject):
    """Looks at what fired on each tick. Nothing moves in a window that is paused or scrolled back."""

    told = Signal(object, object)  # sentence: str, seq: int, of the row that it is about

    def __init__(self, session: Session, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._focus = focus
        self._untold: dict[Trigger, Firing] = {}
        self._held: Firing | None = None
        self._told_at = -TOLD_EACH_S

    def tick(self) -> None:
        """Pause if a trigger asks for it, and tell what fired."""
        for firing, first in self._session.triggers.take_news():
            if firing.trigger.hold and self._focus.horizon is None:
                self._focus.hold(first + 1)
                self._held = firing
            if firing.trigger.notify or self._held is firing:
                self._untold[firing.trigger] = firing
        now = time.monotonic()
        if self._untold and (self._held is not None or now - self._told_at >= TOLD_EACH_S):
            self._tell(now)

    def _tell(self, now: float) -> None:
        firings = list(self._untold.values())
        last = max(firings, key=lambda firing: firing.at)
        horizon = self._focus.horizon
        seq = last.last if self._held is None or horizon is None else horizon - 1
        self.told.emit(fired(firings, self._held), seq)
        self._untold, self._held, self._told_at = {}, None, now
