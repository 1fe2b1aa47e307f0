"""Sorting a table of a million rows: how long until they are in order, beside NumPy's sort of the same column alone,
and how long that holds up the loop of the window.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import Final

import numpy as np

from app.columns.fields import field_of
from app.filter.matches import Matches
from app.listing.order import Direction
from app.listing.sorted import Sorted
from app.store.store import Store
from bench.figure import Figure
from bench.window_paint import record
from eventscope.connector import Block

ROWS: Final = 1_000_000
MOST_MS: Final = 500.0
HOLD_MS: Final = 4.0
REPEATS: Final = 5
MERGED: Final = 10_000
"""Rows that come within a second."""
SWITCH_S: Final = 0.0005
"""As in the window: how long a thread may keep the others waiting."""


def run() -> list[Figure]:
    """Ms until a million rows are in order, by columns of several kinds, and until ten thousand more are."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        store = filled()
        matches = Matches(store)
        while matches.update():
            pass
        bare = statistics.median(bare_sort(store) for _ in range(REPEATS))
        kinds = ("latency", "type", "correlation", "payload.order_id")
        figures = [figure(name, [sort(matches, store, name) for _ in range(REPEATS)], bare) for name in kinds]
        return [*figures, *merged(matches, store, bare)]
    finally:
        sys.setswitchinterval(before)


def filled() -> Store:
    """A store of a million rows whose latencies are in no order."""
    store, chance = Store(4 * 1024**3), random.Random(7)
    for first in range(0, ROWS, 50_000):
        rows = [record(n)._replace(total_ns=chance.randrange(10**8)) for n in range(first, first + 50_000)]
        store.append("bench", Block.of(rows), 1)
    return store


def bare_sort(store: Store) -> float:
    """NumPy's own stable sort of all latencies, in ms."""
    values = np.concatenate([chunk.total[: chunk.rows] for chunk in store.chunks])
    start = time.perf_counter()
    np.argsort(values, kind="stable")
    return (time.perf_counter() - start) * 1e3


def sort(matches: Matches, store: Store, field: str) -> tuple[float, float]:
    """Ms until all rows are in order, and the longest call that the loop of the window had to make for it."""
    listing = Sorted(matches, store, Direction(field_of(field), descending=True))
    try:
        return until_settled(listing)
    finally:
        listing.close()


def until_settled(listing: Sorted) -> tuple[float, float]:
    """Ms until rows are in order, and the longest update."""
    begun, longest = time.perf_counter(), 0.0
    while not listing.is_settled:
        start = time.perf_counter()
        listing.update()
        longest = max(longest, time.perf_counter() - start)
        time.sleep(0.001)
    return (time.perf_counter() - begun) * 1e3, longest * 1e3


def merged(matches: Matches, store: Store, bare: float) -> list[Figure]:
    """New rows put among a million sorted ones, with the second left out that a table waits for."""
    listing, pairs = Sorted(matches, store, Direction(field_of("latency"), descending=True)), []
    until_settled(listing)
    for _ in range(REPEATS):
        store.append("bench", Block.of([record(n) for n in range(MERGED)]), 1)
        listing.hurry()
        listing.update()
        pairs.append(until_settled(listing))
    listing.close()
    return [figure("latency, 10,000 rows more", pairs, bare)]


def figure(name: str, pairs: list[tuple[float, float]], bare: float) -> Figure:
    """How long it took, and the goal for both that and the longest update."""
    times, longest = sorted(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    middle = statistics.median(times)
    goal = f"< {MOST_MS:g} ms, and no update over {HOLD_MS:g} ms (it took {longest:.1f})"
    met = middle < MOST_MS and longest <= HOLD_MS
    beside = f"np.argsort of latencies alone {bare:.0f} ms"
    return Figure(f"sort 1M rows by {name}", middle, times[0], times[-1], "ms", beside, middle / bare, goal, met)
