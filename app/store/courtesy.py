"""Courtesy: threads that read behind the window give way while it is at work, since all share one interpreter.

Python lets threads take turns, so that a search beside the window would make each of its frames twice as long. Here
the search waits for the short time that a frame takes, and then has the interpreter for itself.
"""

from __future__ import annotations

import threading
from typing import Final

__all__ = ["WINDOW", "Courtesy"]

MOST_S: Final = 0.016
"""The longest that a thread waits each time it gives way, so that it gets on beside a window that never rests."""


class Courtesy:
    """Between one thread, which goes first, and all others."""

    def __init__(self, most_s: float = MOST_S) -> None:
        self._most_s = most_s
        self._free = threading.Event()
        self._free.set()
        self._first = 0

    @property
    def is_free(self) -> bool:
        """Whether nobody goes first at the moment."""
        return self._free.is_set()

    def take(self) -> None:
        """The thread that calls goes first from now on."""
        self._first = threading.get_ident()
        self._free.clear()

    def leave(self) -> None:
        """It has nothing to do for the moment."""
        self._free.set()

    def give_way(self) -> None:
        """Wait until the other has nothing to do, though not for long. Called about once a millisecond of work."""
        if not self._free.is_set() and threading.get_ident() != self._first:
            self._free.wait(self._most_s)


WINDOW: Final = Courtesy()
"""The one of this process. A program without a window never takes it."""
