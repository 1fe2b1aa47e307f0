"""Shortfall: rows of one source for which there was no room, told by a row of its own at the place where they lack."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from app.commands.row_text import clock_second, priority_name
from connectors.gap import gap_record
from eventscope.connector import Block

__all__ = ["LONGEST_NS", "Shortfall"]

LONGEST_NS: Final = 1_000_000_000
"""One that lasts is told each second, or its row would stand far from where rows lack."""

REASON: Final = "they came faster than they could be taken in"


class Shortfall:
    """Counts from its making on. Times are ns since the epoch."""

    def __init__(self) -> None:
        self.begun_at = self._since = self._until = time.time_ns()
        self._counts: Counter[int] = Counter()
        self._rates: set[int] = set()

    def add(self, counts: Mapping[int, int], rate: int, since: int | None = None) -> None:
        """So many rows of each priority lack as well, of a sample of one of `rate`; 1 if there was no sampling.

        Those that had waited came at `since`, others now.
        """
        self._counts.update(counts)
        self._since = min(self._since, since or self._since)
        self._rates.add(rate)
        self._until = time.time_ns()

    def block(self, source: str) -> Block:
        """The row that tells it."""
        between = "–".join(dict.fromkeys(clock_second(ns // 1_000_000_000) for ns in (self._since, self._until)))
        told = f"{listed(self._counts)} not kept {between} ({sampling(self._rates)}): {REASON}"
        gap = gap_record(source, self._counts.total(), exact=True, reason=REASON)
        return Block.of([gap._replace(occurred_at=self._since, error=told)])


def listed(counts: Counter[int]) -> str:
    """How many events of which priorities, most first: `1,204 LOW and 3 NORMAL events`."""
    *most, last = [f"{count:,} {priority_name(priority) or 'unranked'}" for priority, count in counts.most_common()]
    return " and ".join(filter(None, (", ".join(most), last))) + (" event" if counts.total() == 1 else " events")


def sampling(rates: set[int]) -> str:
    """How LOW rows were sampled: `sampling 1:10`, or the finest and the widest rate; 1 stands for not at all."""
    spread = [f"1:{rate}" for rate in sorted(rates - {1})]
    if not spread:
        return "not sampled"
    told = "sampling " + " to ".join(dict.fromkeys((spread[0], spread[-1])))
    return f"{told}, at times none" if 1 in rates else told
