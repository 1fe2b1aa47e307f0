"""A window on a real broker under a flood, beside what the bare client alone would need.

Lateness is how much later than asked a 16 ms timer of the window's loop fires. Publish → visible begins with the time
inside of the event and ends when the first paint after its arrival returns; publish → receive is the same for the bare
client, which shows nothing. The flood is a process of its own that sends prepared bytes.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from bench.figure import Figure
from bench.told import WARM_UP_S, measured

SECONDS: Final = 3.0
REPEATS: Final = 3
BEAT_MS: Final = 16
MARGIN_MS: Final = 35
"""What the window may add to the bare client's own latency."""

Runs = Sequence[dict[str, float]]


def at_rest() -> Runs:
    """A window without a source."""
    return [measured(["bench.watched_window", "-"], ["bench.rest", str(WARM_UP_S + SECONDS)])]


def flooded(watcher: Sequence[str], flood: Sequence[str], rate: int) -> Runs:
    """What a watching module tells of floods of so many events a second."""
    command = [*flood, str(rate), str(WARM_UP_S + SECONDS)]
    return [measured(watcher, command) for _ in range(REPEATS)]


def lateness(title: str, runs: Runs, idle: Runs) -> Figure:
    """How late a 16 ms timer is at p99. Only a run without a missing row counts as met."""
    values = sorted(run["late_p99_ms"] for run in runs)
    value, lost = statistics.median(values), sum(run["missing"] + run["lost"] for run in runs)
    limit = (
        f"idle window {_median(idle, 'late_p99_ms'):.1f} ms; {_median(runs, 'rate'):,.0f} rows/s, {lost:.0f} missing, "
        f"window thread {_median(runs, 'window_cpu'):.0%} of a core"
    )
    goal = f"a {BEAT_MS} ms timer is late by < {BEAT_MS} ms at p99, no row missing"
    met = value < BEAT_MS and not lost
    return Figure(f"{title}: lateness p99", value, values[0], values[-1], "ms", limit, value / BEAT_MS, goal, met)


def visibility(title: str, runs: Runs, bare: Runs, client: str) -> Figure:
    """How long from publish to painted at p99."""
    values = sorted(run["visible_p99_ms"] for run in runs)
    value, received = statistics.median(values), _median(bare, "p99")
    limit = f"{client} publish → receive p99 {received:.1f} ms; p50 {_median(runs, 'visible_p50_ms'):.0f} ms"
    most = received + MARGIN_MS
    goal = f"publish → visible p99 within that + {MARGIN_MS} ms"
    title = f"{title}: publish → visible p99"
    return Figure(title, value, values[0], values[-1], "ms", limit, value / most, goal, value <= most)


def _median(runs: Runs, name: str) -> float:
    return statistics.median(run[name] for run in runs)
