"""Away: rows that are in a file, for those who must not wait until they are read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

__all__ = ["Away", "at_hand", "may_wait", "unless_away"]

ValueT = TypeVar("ValueT")


class Away(Exception):
    """The answer is in a file and not known yet."""


class Patience(threading.local):
    """Whether a thread waits for files. Each one does, unless it says otherwise."""

    waits = True


THREAD: Final = Patience()


def at_hand(work: Callable[[], ValueT]) -> ValueT:
    """What `work` gives, if all that it needs is in memory. Raises Away as soon as it would read a file."""
    before, THREAD.waits = THREAD.waits, False
    try:
        return work()
    finally:
        THREAD.waits = before


def unless_away(work: Callable[[], ValueT]) -> ValueT | None:
    """The same for who can do without: None instead of Away."""
    try:
        return at_hand(work)
    except Away:
        return None


def may_wait() -> None:
    """To be called before a file is read. Raises Away in a thread that does not wait."""
    if not THREAD.waits:
        raise Away
