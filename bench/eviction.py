"""Appending while the oldest rows go and the worthy ones among them outlive their chunks, beside appending alone."""

from __future__ import annotations

import random
import time
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.store.store import MIB, Store
from bench.figure import Figure
from eventscope.connector import Block, Record
from eventscope.step import Phase

ROWS: Final = 1_000_000
AT_A_TIME: Final = 1_000
A_SECOND: Final = 100_000
BUDGET: Final = 48 * MIB
"""So small that most of the rows go."""

DIFFERENT: Final = 100
"""Blocks that are appended again and again."""

MOST_MORE_MS: Final = 4.0


def blocks() -> list[tuple[str, Block]]:
    """A loud source and a quiet one; three in a hundred events fail, and payloads are half noise."""
    rng = random.Random(11)
    return [("quiet" if i % 50 == 0 else "loud", Block.of(records(rng))) for i in range(DIFFERENT)]


def records(rng: random.Random) -> list[Record]:
    """Traces of eight events each."""
    rows = []
    for place in range(AT_A_TIME):
        if place % 8 == 0:
            trace = rng.randbytes(16).hex()
        category = rng.choice(("order", "payment", "graph", "shipping"))
        payload = b'{"order":"%s","note":"%s"}' % (rng.randbytes(50).hex().encode(), b"x" * 120)
        phase = Phase.FAILED if rng.random() < 0.03 else Phase.PUBLISHED
        rows.append(Record(f"{category}.event{place % 7}", payload, rng.randbytes(8).hex(), category, 1, phase, trace))
    return rows


def appended(store: Store, wanted: list[tuple[str, Block]]) -> NDArray[np.float64]:
    """Milliseconds of this thread for each append of a thousand rows, at 100,000 rows a second."""
    times, began = [], time.perf_counter()
    for turn in range(ROWS // AT_A_TIME):
        source, block = wanted[turn % len(wanted)]
        start = time.thread_time()
        store.append(source, block, time.time_ns())
        times.append((time.thread_time() - start) * 1e3)
        time.sleep(max(began + (turn + 1) * AT_A_TIME / A_SECOND - time.perf_counter(), 0))
    store.close()
    return np.array(times)


def run() -> list[Figure]:
    """All figures; takes about half a minute."""
    wanted = blocks()
    tight, wide = Store(BUDGET), Store(8_192 * MIB)
    with_eviction, alone = appended(tight, wanted), appended(wide, wanted)
    later = with_eviction[len(with_eviction) // 4 :]
    ratio = float(later.mean() / alone.mean())
    slow, usual = float(np.quantile(later, 0.99)), float(np.quantile(alone, 0.99))
    beside = f"the same without eviction, {alone.mean():.2f} ms; {tight.evicted:,} of {ROWS:,} rows evicted"
    return [
        Figure(
            "append 1,000 rows while old ones are evicted", float(later.mean()), float(later.min()), float(later.max()),
            "ms", beside, ratio, "at most twice as long", ratio <= 2,
        ),
        Figure(
            "99 of 100 such appends take less than", slow, median(later.tolist()), float(later.max()), "ms",
            f"without eviction {usual:.2f} ms, at most {alone.max():.2f} ms", slow / usual,
            f"at most {MOST_MORE_MS:.0f} ms more than without", slow - usual <= MOST_MORE_MS,
        ),
    ]  # fmt: skip
