"""Visits: the events that were selected one after the other, to go back to and forward again, as in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["Visits"]

MOST: Final = 200


class Visits:
    """Remembers events by number. A new one ends the way forward."""

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._at = -1

    def add(self, seq: int | None) -> None:
        """An event was selected; None, or the one that the reader is at, is no visit."""
        if seq is None or (self._seqs and self._seqs[self._at] == seq):
            return
        self._seqs = [*self._seqs[: self._at + 1], seq][-MOST:]
        self._at = len(self._seqs) - 1

    def go(self, step: int, keeps: Callable[[int], bool]) -> int | None:
        """The event visited before (-1) or after (1) that is still kept; None when there is none."""
        at = self._at + step
        while 0 <= at < len(self._seqs):
            if keeps(self._seqs[at]):
                self._at = at
                return self._seqs[at]
            at += step
        return None
