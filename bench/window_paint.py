"""The event table's paint: a whole repaint and a tick that appends rows, beside a plain QTableView on the same rows."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtWidgets import QApplication, QTableView

from app.filter.matches import Matches
from app.session import Session
from app.settings import Settings
from bench.figure import Figure
from eventscope.connector import Block, Record
from eventscope.event import EventPriority
from eventscope.step import Phase
from widgets.focus import Focus
from widgets.table.columns import COLUMNS
from widgets.table.event_model import EventModel
from widgets.table.event_table import EventTable

SIZE: Final = (1600, 900)
ROWS: Final = 100_000
TICK_ROWS: Final = 300
"""Ten thousand rows a second at thirty frames a second."""
REPAINT_MS: Final = 12.0
RATIO: Final = 0.5
REPEATS: Final = 15


def run() -> list[Figure]:
    """Repaint and tail tick, in ms, and as parts of what the plain view takes."""
    app = application()
    session = Session(Settings())
    append(session, ROWS)
    ours, plain = our_table(session), plain_table(session)
    tables = (Timed(ours, ours.tick), Timed(plain, lambda: follow(plain)))
    for table in tables:
        table.update()
    app.processEvents()
    repaints = [tuple(table.repaint() for table in tables) for _ in range(REPEATS)]
    ticks = []
    for _ in range(REPEATS):
        append(session, TICK_ROWS)
        ticks.append(tuple(table.tick() for table in tables))
    ours.rows.listing.close()
    return [figure("table repaint 1600x900", repaints, REPAINT_MS), figure("table tail tick", ticks, None)]


class Timed(NamedTuple):
    """A table and what makes it take over new rows."""

    table: QTableView
    update: Callable[[], None]

    def repaint(self) -> float:
        """A paint of everything that is visible, in ms."""
        start = time.perf_counter()
        self.table.viewport().repaint()
        return (time.perf_counter() - start) * 1e3

    def tick(self) -> float:
        """New rows taken over and painted, in ms."""
        start = time.perf_counter()
        self.update()
        self.table.viewport().repaint()
        return (time.perf_counter() - start) * 1e3


def follow(plain: QTableView) -> None:
    """What a plain view does to show the newest rows."""
    model = plain.model()
    assert isinstance(model, EventModel)
    model.tick()
    plain.scrollToBottom()


def figure(name: str, pairs: list[tuple[float, ...]], most_ms: float | None) -> Figure:
    """Our times beside the plain view's, measured by turns."""
    ours, plain = sorted(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    middle = statistics.median(ours)
    met = middle <= RATIO * plain and (most_ms is None or middle < most_ms)
    goal = f"≤ {RATIO:g} of a plain QTableView" + (f" and < {most_ms:g} ms" if most_ms else "")
    beside = f"plain QTableView {plain:.1f} ms"
    return Figure(name, middle, ours[0], ours[-1], "ms", beside, middle / plain, goal, met)


def application() -> QApplication:
    """Qt, without a screen when there is none. No style sheet: the plain view would be three times slower with ours."""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["bench"])
    app.setStyle("Fusion")
    return app


def append(session: Session, count: int) -> None:
    """Store so many rows of believable lives of events."""
    first = session.store.next_seq
    rows = [record(number) for number in range(first, first + count)]
    for start in range(0, count, 10_000):
        session.intake.put("bench", Block.of(rows[start : start + 10_000]))
        session.drain(budget_s=60.0)


def record(number: int) -> Record:
    """Row `number`: every third is a published event, the others are handlings of it."""
    phase = Phase.PUBLISHED if number % 3 == 0 else Phase.FAILED if number % 50 == 1 else Phase.HANDLED
    category = ("order", "payment", "inventory", "shipping")[number // 3 % 4]
    return Record(
        type=f"{category}.step-{number // 3 % 7}",
        payload=b'{"order_id": %d, "total": 31.90, "items": [{"sku": "A-17", "count": 2}]}' % number,
        id=f"5f0c1a-{number // 3:x}",
        category=category,
        priority=EventPriority(number // 3 % 4),
        phase=phase,
        correlation_id=f"5f0c1a-{number // 12:x}",
        occurred_at=1_800_000_000_000_000_000 + number * 250_000,
        producer=f"{category}-service",
        channel="bus",
        subscription=None if phase is Phase.PUBLISHED else f"{category}.handler-{number % 3}",
        total_ns=number % 9_000 * 1_000,
        error="TimeoutError: no answer within 2 s" if phase is Phase.FAILED else None,
    )


def our_table(session: Session) -> EventTable:
    """The event table, on screen."""
    table = EventTable(session, Focus(), Matches(session.store))
    table.resize(*SIZE)
    table.show()
    return table


def plain_table(session: Session) -> QTableView:
    """Qt's own table with its default delegate, on a model of the same rows and columns."""
    table = QTableView()
    table.setModel(EventModel(session, Matches(session.store), table))
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(22)
    for number, column in enumerate(COLUMNS):
        table.setColumnHidden(number, column.hidden)
        table.setColumnWidth(number, column.width)
    table.horizontalHeader().setStretchLastSection(True)
    table.resize(*SIZE)
    table.show()
    return table
