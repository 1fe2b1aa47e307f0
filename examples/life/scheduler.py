"""The scheduler: decides which stimulus is answered next."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from examples.life.result import EventProcessingResult
from examples.life.stimulus import Stimulus

__all__ = ["EventScheduler", "Job"]

LIMIT: Final = 10_000
LARGEST_BATCH: Final = 32
CALM: Final = 8
"""Up to so many jobs wait for each that is taken at once: under load batches grow, and with them the throughput."""

INTENSE: Final = 0.5
"""The share of its budget by which the most intense stimulus of a kind goes ahead of the faintest."""

Clock = Callable[[], float]


@dataclass(slots=True)
class Job:
    """A stimulus that waits, with the promise of its result."""

    stimulus: Stimulus
    queued: float
    result: Future[EventProcessingResult] = field(default_factory=Future)

    @property
    def due(self) -> float:
        """When it wants to be answered, earlier if it is intense."""
        return self.queued + self.stimulus.budget_s * (1 - INTENSE * min(1.0, max(0.0, self.stimulus.intensity)))


class EventScheduler:
    """Hands out what is due first. An urgent stimulus is due sooner, and one that has waited is due at last.

    So priorities hold, and LOW is not starved. It holds `limit` jobs; beyond that the one that is due last is
    given up and handed to `on_shed`. May be used from any thread.
    """

    def __init__(
        self, on_shed: Callable[[Job], None] = lambda job: None, *, limit: int = LIMIT, clock: Clock = time.monotonic
    ) -> None:
        self._on_shed = on_shed
        self._limit = limit
        self._clock = clock
        self._waiting: list[tuple[float, int, Job]] = []
        self._count = count()
        self._changed = threading.Condition()
        self._closed = False
        self.shed = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, stimulus: Stimulus) -> Job:
        """Let a stimulus wait for its turn. Raises RuntimeError when the scheduler is closed."""
        job = Job(stimulus, self._clock())
        with self._changed:
            if self._closed:
                raise RuntimeError("the scheduler is closed: start the processor before it is given work")
            heapq.heappush(self._waiting, (job.due, next(self._count), job))
            given_up = self._give_up() if len(self._waiting) > self._limit else None
            self._changed.notify()
        if given_up is not None:
            self._on_shed(given_up)
        return job

    def put_back(self, jobs: list[Job]) -> None:
        """Let jobs that were taken wait again, at their old places, also in a closed scheduler."""
        with self._changed:
            for job in jobs:
                heapq.heappush(self._waiting, (job.due, next(self._count), job))
            self._changed.notify()

    def _give_up(self) -> Job:
        last = max(self._waiting)
        self._waiting.remove(last)
        heapq.heapify(self._waiting)
        self.shed += 1
        return last[2]

    def take(self) -> list[Job]:
        """Wait for work and return what is due first, several when much waits; an empty list at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            most = min(LARGEST_BATCH, 1 + len(self._waiting) // CALM)
            return [heapq.heappop(self._waiting)[2] for _ in range(min(most, len(self._waiting)))]

    def close(self) -> None:
        """Take no more work; what waits is still handed out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
