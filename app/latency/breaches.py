"""Breaches: the latest events whose handling ended later than their priority's budget allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.latency.budgets import PRIORITIES, budgets_ns
from app.phases import ENDED, lanes_of
from app.store.backlog import Backlog
from app.store.chunk import Chunk
from eventscope.event import EventPriority


@dataclass(frozen=True, slots=True)
class Breach:
    """Row `seq` took `value_ms` in total where its priority allowed `budget_ms`.

    `number` counts breaches from 0; `at` is when the row was observed (ns since the epoch);
    `wait_share` is the part of the time spent waiting, None when the wait was not measured.
    """

    number: int
    seq: int
    at: int
    priority: EventPriority
    value_ms: float
    budget_ms: float
    wait_share: float | None


class Breaches:
    """The last `capacity` breaches, and how many there were of each priority."""

    def __init__(self, budgets_ms: Mapping[int, float] | None = None, capacity: int = 1_000) -> None:
        self.capacity = capacity
        self._backlog = Backlog(self._take)
        self._total = 0
        self._counts = np.zeros(PRIORITIES, np.int64)
        self._seq = np.zeros(capacity, np.int64)
        self._at = np.zeros(capacity, np.int64)
        self._priority = np.zeros(capacity, np.int64)
        self._value = np.zeros(capacity, np.float32)
        self._queue = np.zeros(capacity, np.float32)
        self._budget = np.zeros(capacity, np.float32)
        self.set_budgets(budgets_ms)

    @property
    def total(self) -> int:
        """How many breaches there were since the start."""
        self._backlog.flush()
        return self._total

    def set_budgets(self, budgets_ms: Mapping[int, float] | None) -> None:
        """Judge rows from now on by these budgets; what was judged before stays."""
        self._backlog.flush()
        # The row past the last priority is for events of unknown priority, which have no budget.
        self._limits = np.append(budgets_ns(budgets_ms), np.float32(np.inf))

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Look at rows `start` to `stop` of a chunk."""
        self._backlog.add(chunk, start, stop)

    def since(self, number: int) -> list[Breach]:
        """Breaches from `number` on that are still kept, oldest first."""
        self._backlog.flush()
        numbers = range(max(number, self._total - self.capacity, 0), self._total)
        return [self._breach(n) for n in numbers]

    def worst(self, priority: EventPriority) -> Breach | None:
        """The longest of this priority that is still kept."""
        self._backlog.flush()
        slots = np.arange(max(self._total - self.capacity, 0), self._total) % self.capacity
        slots = slots[self._priority[slots] == priority]
        if not slots.size:
            return None
        slot = int(slots[np.argmax(self._value[slots])])
        last = self._total - 1
        return self._breach(last - (last - slot) % self.capacity)

    def counts(self) -> dict[EventPriority, int]:
        """How many breaches of each priority there were since the start."""
        self._backlog.flush()
        return {priority: int(self._counts[priority]) for priority in EventPriority}

    def _take(self, chunk: Chunk, start: int, stop: int) -> None:
        total = chunk.total[start:stop]
        lanes = lanes_of(chunk.priority[start:stop])
        over = (total > self._limits[lanes]) & ENDED[chunk.phase[start:stop]]
        if over.any():
            self._keep(chunk, np.flatnonzero(over) + start)

    def _keep(self, chunk: Chunk, rows: NDArray[np.int64]) -> None:
        priority = chunk.priority[rows]
        self._counts += np.bincount(priority, minlength=PRIORITIES)
        first = self._total
        self._total += len(rows)
        kept = rows[-self.capacity :]
        slots = np.arange(first + len(rows) - len(kept), self._total) % self.capacity
        self._seq[slots] = chunk.seqs_of(kept)
        self._at[slots] = chunk.observed[kept]
        self._priority[slots] = chunk.priority[kept]
        self._value[slots] = chunk.total[kept]
        self._queue[slots] = chunk.queue[kept]
        self._budget[slots] = self._limits[chunk.priority[kept]]

    def _breach(self, number: int) -> Breach:
        slot = number % self.capacity
        value, queue = float(self._value[slot]), float(self._queue[slot])
        return Breach(
            number=number,
            seq=int(self._seq[slot]),
            at=int(self._at[slot]),
            priority=EventPriority(int(self._priority[slot])),
            value_ms=value / 1e6,
            budget_ms=float(self._budget[slot]) / 1e6,
            wait_share=min(queue / value, 1.0) if queue >= 0 else None,
        )
