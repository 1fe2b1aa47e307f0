"""What a tap costs the program that is watched, and how much goes through it.

An emit is a whole `publish_nowait` of an event without subscribers, 10,000 of them a second in bursts of 50. The tapped
and the untapped bus take turns in one run.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.figure import Figure
from connectors.tap.steps import Columns
from eventscope import Event, EventBus
from eventscope.step import Phase, Step
from eventscope.tap import Tap
from eventscope.wire import LENGTH, steps_body

ROOT: Final = Path(__file__).resolve().parents[1]
REPEATS: Final = 5
BURSTS: Final = 100
BURST: Final = 50
PAUSE_S: Final = 0.005
THROUGH: Final = 60_000
BATCH: Final = 256

PAYLOAD: Final = {
    "order_id": "ord-12345",
    "customer": {"id": 7, "name": "Anna"},
    "items": [{"sku": "a-1", "qty": 2, "price": 19.99}, {"sku": "b-9", "qty": 1, "price": 5.5}],
    "total": 45.48,
    "currency": "EUR",
    "note": "please ring twice at the door",
}


class Monitor:
    """A monitor in another process."""

    def __init__(self, address: Path) -> None:
        self.rows = 0
        self.listens = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.tap_child", str(address)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        if not self.listens.wait(30):
            raise RuntimeError("the monitor did not start")

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):  # closed at the end
            for line in self.process.stdout:
                if line.strip() == "listening":
                    self.listens.set()
                else:
                    self.rows = int(line)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def monitored() -> Iterator[tuple[Monitor, Path]]:
    """A monitor and its address."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "tap.sock"
        monitor = Monitor(address)
        try:
            yield monitor, address
        finally:
            monitor.end()


async def emit_p99_us(bus: EventBus) -> float:
    """Microseconds of the slowest emit in a hundred."""
    times = []
    for _ in range(BURSTS):
        for _ in range(BURST):
            event = Event("order.created", PAYLOAD, source="shop")
            began = time.perf_counter_ns()
            bus.publish_nowait(event)
            times.append(time.perf_counter_ns() - began)
        await asyncio.sleep(PAUSE_S)
    return statistics.quantiles(times, n=100)[98] / 1_000


async def connected(tap: Tap) -> None:
    """Wait until the monitor listens to the tap."""
    async with asyncio.timeout(10):
        while not tap.connected:
            await asyncio.sleep(0.01)


async def emits(*, stopped: bool) -> tuple[list[float], list[float]]:
    """The p99 of emits without and with a tap, in turns."""
    with monitored() as (monitor, address):
        async with EventBus(name="bare") as bare, EventBus(name="tapped") as tapped:
            tap = tapped.tap(address)
            await connected(tap)
            if stopped:
                monitor.process.send_signal(signal.SIGSTOP)
                for _ in range(40_000):  # more than the socket and the buffer hold
                    tapped.publish_nowait("order.created", PAYLOAD)
            pairs = [(await emit_p99_us(bare), await emit_p99_us(tapped)) for _ in range(REPEATS)]
            monitor.process.send_signal(signal.SIGCONT)
            await asyncio.to_thread(tap.close)
    return [bare for bare, _ in pairs], [tapped for _, tapped in pairs]


def emit_figure(name: str, goal_us: float, *, stopped: bool) -> Figure:
    """One figure about the cost of an emit."""
    bare, tapped = asyncio.run(emits(stopped=stopped))
    untapped, value = statistics.median(bare), statistics.median(tapped)
    return Figure(
        name=name,
        value=value,
        low=min(tapped),
        high=max(tapped),
        unit="µs",
        limit=f"untapped {untapped:.2f} µs",
        ratio=value / untapped,
        goal=f"p99 < {goal_us:.0f} µs",
        met=value < goal_us,
    )


async def through(monitor: Monitor, address: Path, events: list[Event]) -> float:
    """Steps per second from emit to rows in the monitor."""
    async with EventBus(name="through") as bus:
        tap = Tap(bus, address, limit=len(events) + 1)
        await connected(tap)
        before, began = monitor.rows, time.perf_counter()
        for event in events:
            bus.publish_nowait(event)
        while monitor.rows - before < len(events):
            await asyncio.sleep(0.002)
        seconds = time.perf_counter() - began
        await asyncio.to_thread(tap.close)
    return len(events) / seconds


def decode_alone(events: list[Event]) -> float:
    """Steps per second of the monitor's one decode, without anything around it."""
    decoder = msgspec.json.Decoder(Columns)
    steps = [Step(Phase.PUBLISHED, event, event.timestamp) for event in events[:BATCH]]
    body = steps_body(steps)
    columns = body[LENGTH.size : LENGTH.size + LENGTH.unpack_from(body)[0]]
    rounds = 200
    began = time.perf_counter()
    for _ in range(rounds):
        decoder.decode(columns)
    return rounds * BATCH / (time.perf_counter() - began)


def through_figure() -> Figure:
    """How much goes through a tap."""
    events = [Event("order.created", PAYLOAD, source="shop") for _ in range(THROUGH)]
    speeds: list[float] = []
    alone: list[float] = []
    with monitored() as (monitor, address):
        for _ in range(REPEATS):
            alone.append(decode_alone(events))
            speeds.append(asyncio.run(through(monitor, address, events)))
    value, limit = statistics.median(speeds), statistics.median(alone)
    return Figure(
        name="tap: emit to row, another process",
        value=value,
        low=min(speeds),
        high=max(speeds),
        unit="steps/s",
        limit=f"msgspec decode alone {limit:,.0f}/s",
        ratio=value / limit,
        goal="50,000 steps/s or more",
        met=value >= 50_000,
    )


def run() -> list[Figure]:
    """All figures of the tap."""
    return [
        emit_figure("tap: emit, live monitor, p99", 20, stopped=False),
        emit_figure("tap: emit, stopped monitor, p99", 50, stopped=True),
        through_figure(),
    ]
