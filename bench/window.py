"""The window under load: 10,000 events (30,000 rows) a second through a tap, beside the same window at rest.

Lateness is how much later than asked a 16 ms timer of the window's loop fires; publish → visible ends when the
paint of the row returns.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
RATE = 10_000
SECONDS = 4.0


def run() -> list[Figure]:
    """Measure in fresh processes: idle window, then three runs of the window under load."""
    idle = [watch(0) for _ in range(3)]
    loaded = [watch(RATE) for _ in range(3)]
    return [lateness(idle, loaded), visibility(loaded)]


def watch(rate: int) -> dict[str, float]:
    """One run of a window that watches a flood of `rate` events a second; 0 means silence."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o700)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
        environment["EVENTSCOPE_CONFIG"] = f"{folder}/none.toml"
        command = [sys.executable, "-m", "bench.window_child", f"{folder}/tap.sock", str(rate), str(SECONDS)]
        out = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    measured: dict[str, float] = json.loads(out.splitlines()[-1])
    return measured


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
    half = statistics.median(run["visible_p50_ms"] for run in loaded)
    goal = "publish → visible < 100 ms at p99"
    return Figure(
        "publish → visible p99",
        middle,
        values[0],
        values[-1],
        "ms",
        f"p50 {half:.0f} ms",
        middle / 100,
        goal,
        middle < 100,
    )
