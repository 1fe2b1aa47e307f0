"""The bus beside `asyncio.Queue(1)`, and how long urgent and unhurried events wait under load."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from bench.figure import Figure
from eventscope import Event, EventBus, EventPriority

EVENTS: Final = 20_000
PAIRS: Final = 5
SECONDS: Final = 2.0
LONGEST_P99_MS: Final = {"CRITICAL": 10.0, "HIGH": 50.0, "NORMAL": 50.0, "LOW": 200.0}
SHARES: Final = {EventPriority.CRITICAL: 5, EventPriority.HIGH: 15, EventPriority.NORMAL: 60, EventPriority.LOW: 20}


async def ping_pong() -> float:
    """Items per second through a queue of one: a switch of tasks for each, there and back."""
    queue: asyncio.Queue[int] = asyncio.Queue(1)

    async def consume() -> None:
        for _ in range(EVENTS):
            await queue.get()

    began = time.perf_counter()
    consumer = asyncio.create_task(consume())
    for number in range(EVENTS):
        await queue.put(number)
    await consumer
    return EVENTS / (time.perf_counter() - began)


async def deliveries(subscribers: int) -> float:
    """Deliveries per second from publish to handled, with metrics on."""
    bus = EventBus()

    async def handle(event: Event) -> None:
        """The least that a handler can do."""

    for _ in range(subscribers):
        bus.subscribe(handle)
    await bus.start()
    began = time.perf_counter()
    for number in range(EVENTS // subscribers):
        await bus.publish(Event("order.created", {"number": number}))
    await bus.stop(60)
    handled: int = bus.get_metrics()["handled"]
    assert handled == EVENTS // subscribers * subscribers
    return handled / (time.perf_counter() - began)


def alternated(*measures: Callable[[], Coroutine[Any, Any, float]]) -> list[list[float]]:
    """Several measurements in turn, so that each meets the same moods of the machine."""
    return [list(values) for values in zip(*([asyncio.run(m()) for m in measures] for _ in range(PAIRS)), strict=True)]


def rate_figure(name: str, rates: list[float], beside: list[float], limit: str, goal: float, sentence: str) -> Figure:
    """A rate beside another of the same moment."""
    ratio = statistics.median(a / b for a, b in zip(rates, beside, strict=True))
    middle = statistics.median(rates)
    return Figure(name, middle, min(rates), max(rates), "/s", limit, ratio, sentence, ratio >= goal)


async def waits(per_second: int, slowest_handler_s: float) -> dict[str, float]:
    """The p99 in milliseconds from publish to handler start, by priority."""
    chance = random.Random(7)
    bus = EventBus()

    async def handle(event: Event) -> None:
        if slowest_handler_s:
            await asyncio.sleep(chance.uniform(0, slowest_handler_s))

    bus.subscribe(handle)
    priorities = chance.choices(list(SHARES), list(SHARES.values()), k=round(per_second * SECONDS))
    async with bus:
        began = time.perf_counter()
        for number, priority in enumerate(priorities):
            ahead = began + number / per_second - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            await bus.publish(Event("load.tick", {"number": number}, priority=priority))
    return {name: times["queue"]["p99"] for name, times in bus.get_metrics()["latency_ms"].items()}


def wait_figures(per_second: int, slowest_handler_s: float, handlers: str) -> list[Figure]:
    """One figure for each priority."""
    runs = [asyncio.run(waits(per_second, slowest_handler_s)) for _ in range(3)]
    figures = []
    for name, longest in LONGEST_P99_MS.items():
        values = sorted(run[name] for run in runs)
        middle = statistics.median(values)
        what = f"publish → handler start, p99, {name}, {per_second:,} events/s, {handlers}"
        goal = f"under {longest:g} ms"
        figures.append(
            Figure(what, middle, values[0], values[-1], "ms", goal, middle / longest, goal, middle < longest)
        )
    return figures


def run() -> list[Figure]:
    """Rates and waits."""
    queue, one, ten = alternated(ping_pong, lambda: deliveries(1), lambda: deliveries(10))
    return [
        rate_figure(
            "bus, one subscriber, published → handled",
            one,
            queue,
            "asyncio.Queue(1) ping-pong",
            0.5,
            "at least half of the queue's rate",
        ),
        rate_figure(
            "bus, ten subscribers, deliveries", ten, one, "events with one subscriber", 1.0, "at least as many"
        ),
        *wait_figures(1_000, 0.005, "0-5 ms each"),
        *wait_figures(5_000, 0.0, "trivial"),
    ]
