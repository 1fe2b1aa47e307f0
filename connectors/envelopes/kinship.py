"""Kinship: ids that name the same group, learnt from messages that carry several of them.

One hop knows a trace by its W3C trace id and a correlation id, the next system only by the one or the other. Whichever
was seen first becomes the name of the group for all that follow, so that one order's trace joins across systems. A UUID
with and without dashes is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["Kinship"]

UUID_LENGTH: Final = 36
MOST: Final = 20_000
"""Ids remembered at least; at most twice as many."""


class Kinship:
    """Remembers the ids that were seen last, each with the name of its group."""

    def __init__(self) -> None:
        self._young: dict[str, str] = {}
        self._old: dict[str, str] = {}

    def name_of(self, one: str) -> str:
        """The name of the group that an id belongs to."""
        return self._young.get(one) or self.join((one,))

    def join(self, ids: Sequence[str]) -> str:
        """The name of the group that these ids, the preferred first, belong to: all are of one group from now on."""
        spelled = [spelling for each in ids for spelling in spellings(each)]
        known = (self._young.get(each) or self._old.get(each) for each in spelled)
        group = next((name for name in known if name is not None), ids[0])
        for each in spelled:
            if each not in self._young:
                self._remember(each, group)
        return group

    def _remember(self, one: str, group: str) -> None:
        if len(self._young) >= MOST:
            self._old, self._young = self._young, {}
        self._young[one] = group


def spellings(one: str) -> tuple[str, ...]:
    """An id, and a UUID also without its dashes."""
    return (one,) if len(one) != UUID_LENGTH else (one, one.replace("-", "").lower())
