"""The window under load: 10,000 events (30,000 rows) a second through a tap, beside the same window at rest.

Lateness is how much later than asked a 16 ms timer of the window's loop fires; publish → visible ends when the first
paint after the arrival of the row returns.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from bench.figure import Figure
from bench.told import WARM_UP_S, measured

RATE = 10_000
SECONDS = 4.0


def run() -> list[Figure]:
    """Measure in fresh processes: idle window, then three runs of the window under load."""
    idle = [measured(["bench.watched_window", "-"], ["bench.rest", str(WARM_UP_S + SECONDS)]) for _ in range(3)]
    loaded = [watch() for _ in range(3)]
    return [lateness(idle, loaded), visibility(loaded)]


def watch() -> dict[str, float]:
    """One run of a window that watches a flood."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        tap = f"{folder}/tap.sock"
        flood = ["bench.flood", tap, str(RATE), str(WARM_UP_S + SECONDS)]
        return measured(["bench.watched_window", f"tap:{tap}"], flood)


def lateness(idle: list[dict[str, float]], loaded: list[dict[str, float]]) -> Figure:
    """How late a 16 ms timer is at p99."""
    values = sorted(run["late_p99_ms"] for run in loaded)
    beside = statistics.median(run["late_p99_ms"] for run in idle)
    middle = statistics.median(values)
    reached = statistics.median(run["rate"] for run in loaded)
    limit = f"idle window {beside:.1f} ms; {reached:,.0f} rows/s stored"
    goal = "a 16 ms timer is late by < 16 ms at p99 with 10,000 ev/s"
    return Figure("window lateness p99", middle, values[0], values[-1], "ms", limit, middle / 16, goal, middle < 16)


def visibility(loaded: list[dict[str, float]]) -> Figure:
    """How long from publish to painted at p99."""
    values = sorted(run["visible_p99_ms"] for run in loaded)
    middle = statistics.median(values)
    limit = f"p50 {statistics.median(run['visible_p50_ms'] for run in loaded):.0f} ms"
    goal = "publish → visible < 100 ms at p99"
    return Figure("publish → visible p99", middle, values[0], values[-1], "ms", limit, middle / 100, goal, middle < 100)
