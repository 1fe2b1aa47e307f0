"""One life under load in this process, asynchronous or synchronous, and the figures of that run."""

from __future__ import annotations

import asyncio
import resource
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from eventscope import EventBus, EventHandler
from eventscope.step import Phase, Step
from examples.life.processor import Answerer
from examples.life.result import Status
from examples.life.scenario import stimulus
from examples.life.stages import Meaning, Stages
from examples.life.state import SelfState, ThreadSafeSelfState
from examples.life.stimulus import Stimulus
from examples.life.system import Life
from examples.life.tick_loop import TICK_S

__all__ = ["Figures", "asynchronous", "stimuli", "synchronous"]

IMPOSSIBLE_EVERY: Final = 1_000
"""One stimulus in so many has an intensity that no stage accepts, in both versions."""

DEADLY_AT: Final = 0.517
"""When the processor's thread is killed, as a share of the run; not on a tick."""


@dataclass(slots=True)
class Figures:
    """What a run came to. Latencies are in milliseconds, from when a stimulus was due to its answer, by kind."""

    given: int = 0
    answered: int = 0
    failed: int = 0
    expected_failures: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    threads: int = 0
    latest_tick_ms: float = 0.0
    recovery_ms: float | None = None
    revived: int = 0
    latencies: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, milliseconds: float) -> None:
        """Note one latency."""
        self.latencies.setdefault(kind, []).append(round(milliseconds, 3))


class Cost:
    """What this process spends from now on."""

    def __init__(self) -> None:
        self._began, self._cpu, self._memory = time.perf_counter(), time.process_time(), _peak_mb()

    def into(self, figures: Figures) -> None:
        """Write it into the figures of a run."""
        figures.seconds = time.perf_counter() - self._began
        figures.cpu_s = time.process_time() - self._cpu
        figures.memory_mb = _peak_mb() - self._memory


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def stimuli(rate: float, seconds: float, seed: int) -> Iterator[tuple[float, Stimulus]]:
    """Each stimulus with the second at which it is due; both versions get the same."""
    for number in range(int(rate * seconds)):
        kind, intensity = stimulus(Random(f"{seed} {number}"))  # noqa: S311
        wrong = number % IMPOSSIBLE_EVERY == IMPOSSIBLE_EVERY - 1
        yield number / rate, Stimulus(kind, -1.0 if wrong else min(intensity, 1.0))


class Mortal(Stages):
    """Stages of which one kills the thread that it runs in, once."""

    def __init__(self, deadly: int) -> None:
        self._left = deadly

    def meaning(self, stimulus: Stimulus, state: SelfState) -> Meaning:
        """As usual, but for the one time. Raises SystemExit then."""
        self._left -= 1
        if self._left == 0:
            raise SystemExit
        return super().meaning(stimulus, state)


async def asynchronous(rate: float, seconds: float, seed: int) -> Figures:
    """The life of this example on its bus: stimuli are events, the processor answers between the ticks."""
    figures = Figures(threads=threading.active_count())
    bus = EventBus(name="life under load", concurrency=256)
    life, cost, due = Life(bus, Mortal(int(rate * seconds * DEADLY_AT))), Cost(), dict[str, float]()

    def note(step: Step) -> None:
        if step.phase is Phase.HANDLED and step.subscription == "async_event_processor":
            figures.add(step.event.payload["kind"], (time.perf_counter() - due.pop(step.event.id)) * 1e3)

    bus.observe(note)
    EventHandler.register_all(bus, *life.components)
    async with life, bus:
        async with asyncio.TaskGroup() as group:
            group.create_task(life.ticks.run(seconds), name="ticks")
            began = time.perf_counter()
            for after, each in stimuli(rate, seconds, seed):
                await asyncio.sleep(max(0.0, began + after - time.perf_counter()))
                event = await life.environment.disturb(each.kind, each.intensity)
                due[event.id] = began + after
                _given(figures, each)
        figures.threads = threading.active_count() - figures.threads
        await bus.stop()
    cost.into(figures)
    metrics = life.processor.get_metrics()
    figures.answered, figures.failed = metrics["answered"], metrics["failed"]
    figures.recovery_ms, figures.revived = metrics["recovery_ms"], metrics["revived"]
    figures.latest_tick_ms = life.ticks.latest * 1e3
    return figures


def synchronous(rate: float, seconds: float, seed: int) -> Figures:
    """The same stages without bus and thread: what came since the last tick is answered in the next, in order."""
    figures, cost = Figures(), Cost()
    answerer = Answerer(ThreadSafeSelfState())
    coming = stimuli(rate, seconds, seed)
    waiting = next(coming, None)
    began, ticks = time.perf_counter(), 0
    while waiting is not None:
        ticks += 1
        time.sleep(max(0.0, began + ticks * TICK_S - time.perf_counter()))
        late = time.perf_counter() - began - ticks * TICK_S
        figures.latest_tick_ms = max(figures.latest_tick_ms, late * 1e3)
        now = time.perf_counter() - began
        while waiting is not None and waiting[0] <= now:
            _answer(figures, answerer, began, *waiting)
            waiting = next(coming, None)
    cost.into(figures)
    return figures


def _answer(figures: Figures, answerer: Answerer, began: float, after: float, each: Stimulus) -> None:
    _given(figures, each)
    result = answerer.answer(each, time.monotonic())
    figures.answered += result.status is Status.ANSWERED
    figures.failed += result.status is Status.FAILED
    figures.add(each.kind, (time.perf_counter() - began - after) * 1e3)


def _given(figures: Figures, each: Stimulus) -> None:
    figures.given += 1
    figures.expected_failures += each.intensity < 0
