"""Ten million rows of which most are in the file that records them: memory, filters, scrolling, a trace, opening rows.

The files of the system keep what was written a moment ago, so "cold" means that nothing of it is in our own memory.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from app.capture.recorder import Recorder
from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from app.settings import Settings
from app.store.spill import Spill
from app.store.store import MIB, Store
from bench.core_store import resident
from bench.figure import Figure, repeat
from bench.window_paint import application, our_table
from eventscope.connector import Block, Record
from widgets.detail.detail import DetailView
from widgets.focus import Focus
from widgets.loop import WindowLoop
from widgets.table.event_table import EventTable

ROWS: Final = 10_000_000
AT_A_TIME: Final = 1_000
DIFFERENT: Final = 100
"""Blocks that are appended again and again."""

BUDGET_MIB: Final = 256
BEHIND: Final = 300_000
"""Rows that the recording may be behind: more than that, and rows would be evicted before they are in the file."""

FLAT: Final = 0.05
FILTER_MS: Final = 200.0
FILTER: Final = "category:payment priority>=high"
TRACE_OF: Final = 8
REPEATS: Final = 15


def run() -> list[Figure]:
    """All figures; takes some minutes and a gigabyte on the disk."""
    app = application()
    batches = [Block.of(list(records(number))) for number in range(DIFFERENT)]
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Settings(memory_mib=BUDGET_MIB))
        recorder = Recorder(session.store, Path(folder) / "bench.eventscope")
        session.store.spill = Spill(recorder.settled, recorder.reader)
        figures = [*filled(session.store, recorder, batches)]
        recorder.stop()
        figures += [*filtered(session.store), *traced(session.store)]
        table = our_table(session)
        table.tick()
        app.processEvents()
        figures += [*scrolled(table)]
        with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
            figures += runner.run(opened(session))
        table.layers.close()
        table.rows.listing.close()
        session.store.close()
        recorder.reader.close()
    return figures


def records(number: int) -> Iterator[Record]:
    """Events; half of each payload is noise."""
    rng = random.Random(number)
    for place in range(AT_A_TIME):
        category = rng.choice(("order", "payment", "graph", "shipping"))
        payload = b'{"order":"%s","total":%d,"note":"%s"}' % (rng.randbytes(50).hex().encode(), place, b"x" * 100)
        yield Record(f"{category}.event{place % 7}", payload, rng.randbytes(8).hex(), category, place % 4)


def filled(store: Store, recorder: Recorder, batches: list[Block]) -> Iterator[Figure]:
    """Append all rows as fast as the recording follows, beside a store without one that evicts."""
    alone = Store(BUDGET_MIB * MIB)
    fewer = ROWS // 10
    evicting = rate_of(alone, batches, fewer)
    alone.close()
    del alone
    rate_of(store, batches, ROWS // 4, recorder)
    before = resident()
    rate = rate_of(store, batches, ROWS - ROWS // 4, recorder)
    growth = (resident() - before) / before
    told = f"{store.kept:,} rows kept, {store.spilled:,} of them in the file, {store.evicted:,} evicted"
    yield Figure(
        "resident memory from 2.5M to 10M rows", resident() / MIB, before / MIB, resident() / MIB, "MiB", told,
        1 + growth, f"flat within {FLAT:.0%}", abs(growth) <= FLAT and not store.evicted,
    )  # fmt: skip
    yield Figure(
        "rows a second, recorded and spilled", rate, rate, rate, "/s", f"evicting {evicting:,.0f}/s", rate / evicting,
        "reported", True,
    )  # fmt: skip


def rate_of(store: Store, batches: list[Block], rows: int, recorder: Recorder | None = None) -> float:
    """Append so many rows, and wait for the recording when it is far behind; rows a second."""
    start = time.perf_counter()
    for turn in range(rows // AT_A_TIME):
        traces = [f"trace-{store.next_seq}-{place // TRACE_OF}" for place in range(AT_A_TIME)]
        store.append("bench", batches[turn % len(batches)]._replace(correlation_id=traces), time.time_ns())
        while recorder and not recorder.problem and store.next_seq - recorder.until > BEHIND:
            time.sleep(0.005)
    return rows / (time.perf_counter() - start)


def filtered(store: Store) -> Iterator[Figure]:
    """A column filter over all rows, read from the file and from what is kept of it, as a view waits for it."""
    matches = Matches(store)
    ((cold, _, _), (warm, low, high)) = (repeat(lambda: found(matches), 1), repeat(lambda: found(matches)))
    matches.close()
    yield Figure(
        f"column filter over {ROWS // 1_000_000}M rows, most spilled", warm, low, high, "ms", f"cold {cold:.0f} ms",
        warm / FILTER_MS, f"< {FILTER_MS:g} ms once warm", warm < FILTER_MS,
    )  # fmt: skip


def found(matches: Matches) -> float:
    """Ms until all rows are tested."""
    start = time.perf_counter()
    matches.set_filter(parse(FILTER))
    matches.update()
    while matches.progress[0] < matches.progress[1]:
        time.sleep(0.001)
        matches.update()
    return (time.perf_counter() - start) * 1e3


def traced(store: Store) -> Iterator[Figure]:
    """The rows of one trace."""
    store.chunks[0].cache.clear()
    name = f"trace-{ROWS // 4 // AT_A_TIME * AT_A_TIME + 1}-3"
    cold = timed(lambda: store.correlated(name))
    value, low, high = repeat(lambda: timed(lambda: store.correlated(name)))
    yield Figure(
        f"one trace out of {ROWS // 1_000_000}M rows, spilled", value, low, high, "ms", f"cold {cold:.1f} ms",
        len(store.correlated(name)) / TRACE_OF, f"its {TRACE_OF} rows", len(store.correlated(name)) == TRACE_OF,
    )  # fmt: skip


def scrolled(table: EventTable) -> Iterator[Figure]:
    """Jumps into spilled rows: how long the window is held, beside jumps in memory, and until all rows are there."""
    height, rows = table.painter.row_height, table.rows.rowCount()
    near = int(rows * 0.999) * height
    beside = sorted(timed(partial(jump, table, near + n * 60 * height)) for n in range(REPEATS))[REPEATS // 2]
    held, later = [], []
    for _ in range(REPEATS):
        start = time.perf_counter()
        held.append(timed(partial(jump, table, random.randrange(rows // 2) * height)))
        while any(row.waiting for _, row, _ in table.rows.rows(*table.rows_in_view())):
            time.sleep(0.001)
            table.tick()
        later.append((time.perf_counter() - start) * 1e3)
    for name, times, goal in (
        ("held", held, "≤ 1.5 × that in memory"),
        ("until its rows are there", later, "reported"),
    ):
        middle = sorted(times)[REPEATS // 2]
        met = name != "held" or middle <= 1.5 * beside
        yield Figure(
            f"jump into spilled rows, {name}", middle, min(times), max(times), "ms", f"in memory {beside:.1f} ms",
            middle / beside, goal, met,
        )  # fmt: skip


async def opened(session: Session) -> list[Figure]:
    """A row in the file is opened with its trace: how long the window is held, beside a row in memory."""
    focus, rows = Focus(), session.store.next_seq
    view = DetailView(session, focus)
    near = [await opening(session, focus, view, rows - 1 - n) for n in range(REPEATS)]
    times = [await opening(session, focus, view, random.randrange(1, rows // 2)) for _ in range(REPEATS)]
    beside = sorted(held for held, _ in near)[REPEATS // 2]
    figures = []
    for name, of in (("held", [held for held, _ in times]), ("until it is there", [later for _, later in times])):
        middle = sorted(of)[REPEATS // 2]
        met = name != "held" or middle <= 1.5 * beside
        goal = "≤ 1.5 × that in memory" if name == "held" else "reported"
        told = f"in memory {beside:.1f} ms"
        figures.append(
            Figure(f"open a spilled row, {name}", middle, min(of), max(of), "ms", told, middle / beside, goal, met)
        )
    return figures


async def opening(session: Session, focus: Focus, view: DetailView, seq: int) -> tuple[float, float]:
    """Ms until the window goes on, and until the event is shown and its trace is known."""
    session.store.chunks[0].cache.clear()
    start = time.perf_counter()
    held = timed(partial(focus.choose, session.store, seq))
    while view.detail is None or focus.correlation_id is None:
        await asyncio.sleep(0.001)
    focus.correlation_id = None
    return held, (time.perf_counter() - start) * 1e3


def jump(table: EventTable, place: int) -> None:
    """To a place, and paint."""
    table.anchor.suspend()
    table.verticalScrollBar().setValue(place)
    table.viewport().repaint()


def timed(act: Callable[[], object]) -> float:
    """Ms that it takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1e3
