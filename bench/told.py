"""How a measuring process and the one that started it talk: `ready`, then the number sent, then the figures.

The measuring side says when it is attached; a flood is started; once that has ended, its count goes to the measuring
side, which waits for the last event and prints its figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROOT: Final = Path(__file__).resolve().parents[1]
WARM_UP_S: Final = 2.0
"""From the beginning of a flood to that of the measurement."""

LATE_S: Final = 20.0
"""How long is waited for the last events of a flood."""


def told_count() -> asyncio.Future[int]:
    """Say that we are ready; the number of events that were sent, once it is known."""
    loop = asyncio.get_running_loop()
    count: asyncio.Future[int] = loop.create_future()

    def listen() -> None:
        number = int(sys.stdin.readline() or 0)
        loop.call_soon_threadsafe(count.set_result, number)

    threading.Thread(target=listen, daemon=True, name="told").start()
    print("ready", flush=True)
    return count


async def all_come(rows: Callable[[], int], count: int) -> int:
    """Wait until `rows` reaches a count, but not for ever; how many are missing."""
    deadline = time.monotonic() + LATE_S
    while rows() < count and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    return count - rows()


def percentile(values: Sequence[float] | NDArray[np.float64], percent: float) -> float:
    """0 without values."""
    return float(np.percentile(values, percent)) if len(values) else 0.0


def report(**figures: float) -> None:
    """Print the figures."""
    print(json.dumps(figures), flush=True)


def measured(watcher: Sequence[str], flood: Sequence[str]) -> dict[str, float]:
    """What a watching module tells of a flood; each is a module of this folder and its arguments."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    environment["EVENTSCOPE_CONFIG"] = str(ROOT / "bench" / "no-such-settings.toml")
    start = [sys.executable, "-m"]
    with subprocess.Popen(
        [*start, *watcher], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        if child.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{watcher} did not become ready; its standard error says why")
        sent = subprocess.run([*start, *flood], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        child.stdin.write(sent.stdout)
        child.stdin.flush()
        figures: dict[str, float] = json.loads(child.stdout.read().splitlines()[-1])
    return figures
