"""How late a loop is while another thread searches a million rows, and ten million rows by a column."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from app.filter.query import parse
from app.store.freezer import Job
from app.store.store import MIB, Store
from bench.cold_rows import FIELD, TEXT, blocks, filled, frozen, scan, scan_anew
from bench.core_store import CATEGORIES, DECODER, beside, frames
from bench.figure import Figure

MANY: Final = 10_000_000
MOST_MS: Final = 200.0
HELD_MS: Final = 4.0
BEAT_S: Final = 0.001
LISTEN_S: Final = 0.5
ROUNDS: Final = 5
SWITCH_S: Final = 0.0005
"""As the window sets it."""
QUANTILE: Final = 0.99


def late(work: Callable[[], object]) -> float:
    """Ms by which 99 of 100 beats of a loop come late at most, while a thread does the work again and again."""
    done = threading.Event()

    def again() -> None:
        while not done.is_set():
            work()

    worker, gaps = threading.Thread(target=again), []
    worker.start()
    before = time.perf_counter()
    until = before + LISTEN_S
    while before < until:
        time.sleep(BEAT_S)
        now = time.perf_counter()
        gaps.append((now - before - BEAT_S) * 1e3)
        before = now
    done.set()
    worker.join()
    return sorted(gaps)[int(len(gaps) * QUANTILE)]


def freeze(store: Store) -> None:
    """Make the cold form of each chunk, and throw it away."""
    for chunk in store.chunks:
        Job(chunk).run()


def loop() -> None:
    """What takes the interpreter for itself and lets go only when it must, as any Python does."""
    for _ in range(20_000):
        pass


def beats(name: str, work: Callable[[], object]) -> Figure:
    """How late beats are, beside those while a bare loop runs in the thread, by turns."""
    pairs = [(late(work), late(loop)) for _ in range(ROUNDS)]
    ours, bare = sorted(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    value = statistics.median(ours)
    limit, goal = f"a bare Python loop, {bare:.2g} ms", f"at most {HELD_MS:g} ms, or as the loop"
    met = value <= max(HELD_MS, bare)
    return Figure(f"a beat is late, {name}", value, ours[0], ours[-1], "ms", limit, value / bare, goal, met)


def many_rows() -> Figure:
    """Ten million rows by category and priority, beside the bare mask."""
    block = DECODER.decode(frames()[0]).block()
    bare = [None] * block.rows
    block = block._replace(payload=bare, id=bare, causation_id=bare)
    store = Store(8_192 * MIB)
    while store.next_seq <= MANY:
        store.append("bench", block, 1)
    store.close()
    codes, times = [CATEGORIES.index(name or "") for name in block.category], MANY // block.rows
    category, priority = np.tile(np.array(codes, np.uint16), times), np.tile(np.array(block.priority, np.int8), times)
    wanted = parse("category:shipping priority>=high")
    value, low, high, ratio = beside(
        lambda: [np.flatnonzero(wanted.mask(chunk, 0, chunk.rows)) for chunk in store.chunks],
        lambda: np.flatnonzero((category == CATEGORIES.index("shipping")) & (priority >= 2)),
    )
    name, limit = "filter 10M rows by category and priority", "one NumPy mask over contiguous columns"
    return Figure(name, value, low, high, "ms", limit, ratio, f"under {MOST_MS:g} ms", value < MOST_MS)


def run() -> list[Figure]:
    """All figures; takes about a minute."""
    rows = blocks()
    plain, cold = filled(rows), frozen(rows)
    text, field = parse(TEXT), parse(FIELD)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        figures = [
            beats("text in plain rows", lambda: scan(plain, text)),
            beats("text in cold rows", lambda: scan(cold, text)),
            beats("payload field in plain rows", lambda: scan_anew(plain, field)),
            beats("payload field in cold rows", lambda: scan_anew(cold, field)),
            beats("rows are made cold", lambda: freeze(plain)),
        ]
    finally:
        sys.setswitchinterval(before)
    return [many_rows(), *figures]
