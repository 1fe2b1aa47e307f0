"""The asynchronous processor: answers stimuli between the ticks, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from typing import Any, Final

from examples.life.result import EventProcessingResult, Status
from examples.life.scheduler import EventScheduler, Job
from examples.life.stages import Action, Decision, Meaning, Stages
from examples.life.state import SelfState, ThreadSafeSelfState
from examples.life.stimulus import Stimulus

__all__ = ["Answerer", "AsyncEventProcessor"]

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2


class Answerer:
    """Takes a stimulus through the stages. The self is changed at the end, by an answer as a whole or not at all."""

    def __init__(self, state: ThreadSafeSelfState, stages: Stages | None = None) -> None:
        self.state = state
        self.stages = stages or Stages()

    def answer(self, stimulus: Stimulus, queued: float) -> EventProcessingResult:
        """The result; a stage that fails is tried once more, and then it is told in the result."""
        began = time.monotonic()
        error = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                parts = self._through_the_stages(stimulus)
            except Exception as failure:
                error = f"{type(failure).__name__}: {failure}"
                continue
            return self._result(stimulus, Status.ANSWERED, queued, began, attempt, *parts)
        log.info("%s failed: %s", stimulus, error)
        return self._result(stimulus, Status.FAILED, queued, began, ATTEMPTS, error=error)

    def _through_the_stages(self, stimulus: Stimulus) -> tuple[Meaning, Decision, Action]:
        state = self.state.snapshot()
        meaning = self.stages.meaning(stimulus, state)
        decision = self.stages.decision(meaning, state)
        action = self.stages.action(stimulus, meaning, decision)

        def apply(now: SelfState) -> SelfState:
            return self.stages.apply(stimulus, action, now)

        self.state.update(apply)
        return meaning, decision, action

    def _result(
        self,
        stimulus: Stimulus,
        status: Status,
        queued: float,
        began: float,
        attempts: int,
        meaning: Meaning | None = None,
        decision: Decision | None = None,
        action: Action | None = None,
        error: str | None = None,
    ) -> EventProcessingResult:
        waited, worked = round((began - queued) * 1e3, 4), round((time.monotonic() - began) * 1e3, 4)
        return EventProcessingResult(stimulus, status, meaning, decision, action, attempts, waited, worked, error)


class AsyncEventProcessor:
    """A thread that answers what the scheduler hands out.

    A stage that fails costs its stimulus, never the thread. If the thread dies all the same, `revive` starts
    another: the loop of ticks calls it.
    """

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.scheduler = EventScheduler(self._shed)
        self.counts = Counter[str]()
        self.revived = 0
        self.recovery_ms = 0.0
        """The longest time from a failure to the next answer."""
        self._failed_at: float | None = None
        self._counting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to answer."""
        self._thread = threading.Thread(target=self._run, name="life processor", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Answer what waits, for at most so many seconds, and end the thread."""
        self.scheduler.close()
        if self._thread is not None:
            self._thread.join(timeout)

    def revive(self) -> bool:
        """Start a new thread if the old one died; returns whether it had."""
        if self._thread is None or self.alive:
            return False
        self.revived += 1
        self.start()
        return True

    def get_metrics(self) -> dict[str, Any]:
        """Counts since the beginning, as plain data."""
        return {
            **{str(status): self.counts[status] for status in Status},
            "in_time": self.counts["in_time"],
            "waiting": len(self.scheduler),
            "revived": self.revived,
            "recovery_ms": self.recovery_ms,
        }

    def _run(self) -> None:
        while jobs := self.scheduler.take():
            for number, job in enumerate(jobs):
                try:
                    self._close(job, self.answerer.answer(job.stimulus, job.queued))
                except BaseException as death:
                    log.error("the processor died and waits to be revived: %r", death)
                    self.scheduler.put_back(jobs[number + 1 :])
                    error = f"the processor died: {type(death).__name__}"
                    self._close(job, EventProcessingResult(job.stimulus, Status.FAILED, error=error))
                    return

    def _close(self, job: Job, result: EventProcessingResult) -> None:
        with self._counting:
            self._count(result)
        if job.result.set_running_or_notify_cancel():
            job.result.set_result(result)

    def _count(self, result: EventProcessingResult) -> None:
        self.counts[result.status] += 1
        self.counts["in_time"] += result.in_time
        if result.status is Status.FAILED:
            self._failed_at = self._failed_at or time.monotonic()
        elif self._failed_at is not None:
            self.recovery_ms = max(self.recovery_ms, round((time.monotonic() - self._failed_at) * 1e3, 3))
            self._failed_at = None

    def _shed(self, job: Job) -> None:
        self._close(job, EventProcessingResult(job.stimulus, Status.SHED, error="too much waits"))
