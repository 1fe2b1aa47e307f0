"""Observers: functions that are told each step in the life of each event."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from eventscope.step import Step

__all__ = ["Observer", "Observers"]

log = logging.getLogger("eventscope.bus")

MOST_ERRORS = 5
"""An observer that raises so often is detached."""

Observer = Callable[[Step], object]


class Observers:
    """The observers of one bus. `watching` is what they are: empty and false without any."""

    def __init__(self) -> None:
        self.watching: tuple[Observer, ...] = ()
        self._errors: dict[int, int] = {}
        self._changing = threading.Lock()  # taps come and go in threads of their own

    def attach(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` each step from now on, until the function that this returns is called."""

        # A wrapper of its own, so that the same function may watch twice and be detached once.
        def watch(step: Step) -> object:
            return observer(step)

        with self._changing:
            self.watching = (*self.watching, watch)
        return lambda: self._detach(watch)

    def _detach(self, watch: Observer) -> None:
        with self._changing:
            self.watching = tuple(w for w in self.watching if w is not watch)
        self._errors.pop(id(watch), None)

    def tell(self, step: Step) -> None:
        """Give a step to each observer; one that raises harms nobody."""
        for watch in self.watching:
            try:
                watch(step)
            except Exception:
                self._count_error(watch)

    def _count_error(self, watch: Observer) -> None:
        errors = self._errors[id(watch)] = self._errors.get(id(watch), 0) + 1
        if errors < MOST_ERRORS:
            log.exception("an observer failed")
            return
        log.exception("an observer failed %d times and is detached", errors)
        self._detach(watch)
