"""Shortfall: rows of one source for which there was no room, told by a row of its own at the place where they lack."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from connectors.gap import gap_record
from connectors.wording import many
from eventscope.connector import Block
from eventscope.event import EventPriority

__all__ = ["LONGEST_NS", "Shortfall"]

LONGEST_NS: Final = 1_000_000_000
"""One that lasts is told each second, or its row would stand far from where rows lack."""


class Shortfall:
    """Counts from its making on. Times are ns since the epoch."""

    def __init__(self) -> None:
        self.since = self._until = time.time_ns()
        self._counts: Counter[int] = Counter()

    def add(self, counts: Mapping[int, int]) -> None:
        """So many rows of each priority lack as well."""
        self._counts.update(counts)
        self._until = time.time_ns()

    def block(self, source: str) -> Block:
        """The row that tells it."""
        counts = sorted(self._counts.items(), key=lambda each: -each[1])
        which = ", ".join(f"{count:,} {name_of(priority)}" for priority, count in counts)
        lasted = many(max(round((self._until - self.since) / 1e9), 1), "second")
        reason = f"{which} came faster than they could be taken in, within {lasted}"
        told = gap_record(source, self._counts.total(), exact=True, reason=reason)
        return Block.of([told._replace(occurred_at=self.since)])


def name_of(priority: int) -> str:
    """What a priority is called."""
    return next((known.name for known in EventPriority if known == priority), "without a priority")
