"""The event table over ten million rows, beside the same table over a thousand: scrolling, and ticks of any size."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Final

from app.session import Session
from app.settings import Settings
from bench.figure import Figure
from bench.window_paint import application, our_table, record
from eventscope.connector import Block
from widgets.table.event_table import EventTable

FEW: Final = 1_000
MANY: Final = 10_000_000
BUDGET_MIB: Final = 16_384
SMOOTH: Final = 1.5
"""Scrolling may take so much longer over many rows."""
TICK_MS: Final = 12.0
TICKS: Final = (10, 1_000, 100_000)
"""Rows that come at once."""
REPEATS: Final = 25


def run() -> list[Figure]:
    """Ms of a scroll to anywhere and by three rows, and of a tail tick."""
    app = application()
    few, many = filled(FEW), filled(MANY)
    for table in (few, many):
        table.tick()
    app.processEvents()
    figures = [
        scrolling("scroll to anywhere, 10M rows", jump, few, many),
        scrolling("scroll by three rows, 10M rows", step, few, many),
        *(tail(many, rows) for rows in TICKS),
    ]
    for table in (few, many):
        table.rows.listing.close()
    return figures


def filled(rows: int) -> EventTable:
    """A table that shows so many rows."""
    session = Session(Settings(memory_mib=BUDGET_MIB))
    batch = min(rows, 10_000)
    block = Block.of([record(number) for number in range(batch)])
    for _ in range(rows // batch):
        session.store.append("bench", block, 1)
    return our_table(session)


def scrolling(name: str, move: Callable[[EventTable], None], few: EventTable, many: EventTable) -> Figure:
    """How long a move and the paint after it take over many rows, beside the same over few, by turns."""
    pairs = [(timed(lambda: move(many), many), timed(lambda: move(few), few)) for _ in range(REPEATS)]
    ours, beside = sorted(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    middle = statistics.median(ours)
    goal = f"≤ {SMOOTH:g} × that over {FEW:,} rows"
    limit = f"over {FEW:,} rows {beside:.1f} ms"
    return Figure(name, middle, ours[0], ours[-1], "ms", limit, middle / beside, goal, middle <= SMOOTH * beside)


def tail(table: EventTable, rows: int) -> Figure:
    """How long it takes to show so many rows that came at once."""
    block = Block.of([record(number) for number in range(rows)])
    times = []
    table.follow()
    for _ in range(REPEATS):
        table.session.store.append("bench", block, 1)
        times.append(timed(table.tick, table))
    middle = statistics.median(times)
    name = f"tail tick of {rows:,} rows, {MANY // 1_000_000}M kept"
    goal = f"< {TICK_MS:g} ms"
    return Figure(
        name, middle, min(times), max(times), "ms", f"a frame {TICK_MS:g} ms", middle / TICK_MS, goal, middle < TICK_MS
    )


def jump(table: EventTable) -> None:
    """To any place."""
    bar = table.verticalScrollBar()
    bar.setValue(random.randrange(bar.maximum()))


def step(table: EventTable) -> None:
    """As the wheel does."""
    bar = table.verticalScrollBar()
    bar.setValue((bar.value() + 3 * table.painter.row_height) % bar.maximum())


def timed(act: Callable[[], None], table: EventTable) -> float:
    """Ms of an act and the paint after it."""
    start = time.perf_counter()
    act()
    table.viewport().repaint()
    return (time.perf_counter() - start) * 1e3
