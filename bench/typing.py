"""Typing a filter: from the press of each key to the end of its paint, with 1M rows kept and 10,000 events a second.

The keys are posted by a thread, as a keyboard would, whatever the window is doing then. Beside it is the same window
without rows and at rest.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest

from app.launch import SWITCH_S
from app.session import Session
from app.settings import Settings
from bench.figure import Figure
from bench.window_paint import application, record
from eventscope.connector import Block
from widgets.filter.edit import FilterEdit
from widgets.look.theme import apply_theme
from widgets.loop import WindowLoop
from widgets.window.main_window import MainWindow
from widgets.window.program import begin, furnish

ROWS: Final = 1_000_000
RATE: Final = 30_000
"""Rows a second: each event is published, delivered and handled."""
FEED_MS: Final = 5
BLOCK: Final = 10_000
KEYS: Final = 330
KEYS_S: Final = (0.06, 0.15, 0.4)
"""The paces of a fast typist, a slow one, and one who waits for what each letter does: it is applied, and searched."""
PAUSE_S: Final = 0.5
"""After each text: what was typed is applied, and the search for it goes on while the next is typed."""

LIMIT_MS: Final = 16.0

TEXTS: Final = (
    "type:order.step-3 latency>5ms",
    "payload.total>31 priority>=high",
    'timeout "no answer"',
    "-category:payment,order phase:failed /step-[12]/",
)
"""Columns, payloads, free text and patterns."""


def run() -> list[Figure]:
    """Type into an empty window at rest, then into one with rows under load."""
    app = application()
    app.setQuitOnLastWindowClosed(False)
    sys.setswitchinterval(SWITCH_S)
    apply_theme(app, "light")
    with asyncio.Runner(loop_factory=lambda: WindowLoop(app)) as runner:
        idle = runner.run(typed(0, 0))
        loaded = runner.run(typed(ROWS, RATE))
    return [figure(sorted(loaded), sorted(idle))]


def figure(loaded: list[float], idle: list[float]) -> Figure:
    """The slowest key but one in a hundred."""
    late, beside = at(loaded, 0.99), at(idle, 0.99)
    limit = f"empty window at rest {beside:.1f} ms; p50 {statistics.median(loaded):.1f} ms"
    goal = f"a key is shown in < {LIMIT_MS:g} ms at p99 with 1M rows and 10,000 ev/s"
    return Figure("typing p99", late, loaded[0], loaded[-1], "ms", limit, late / LIMIT_MS, goal, late < LIMIT_MS)


def at(values: list[float], part: float) -> float:
    """The quantile of sorted values."""
    return values[min(int(len(values) * part), len(values) - 1)]


async def typed(rows: int, rate: int) -> list[float]:
    """Milliseconds of each key in a window that keeps `rows` rows and takes in `rate` a second."""
    window = MainWindow()
    desk = furnish(application(), window, Session(Settings(memory_mib=2_048)))
    window.resize(1600, 900)
    blocks = cycle([Block.of([record(n) for n in range(first, first + BLOCK)]) for first in range(0, 3 * BLOCK, BLOCK)])
    for _ in range(rows // BLOCK):
        window.session.intake.put("bench", next(blocks))
        window.session.drain(budget_s=60.0)
    window.show()
    window.show_work()
    begin(window)
    feeder = feed(window, rate)
    await asyncio.sleep(2.0)
    typist = Typist(window.views.work.filter_bar.edit)
    await typist.type_all()
    feeder.stop()
    await window.session.close()
    window.let_go()
    assert desk.session is window.session
    return typist.took_ms


def feed(window: MainWindow, rate: int) -> QTimer:
    """Hand over as many rows as are due, each few milliseconds; what they are made of was made before."""
    parts = cycle([Block.of([record(n) for n in range(first, first + 50)]) for first in range(0, 3_000, 50)])
    start, sent = time.perf_counter(), 0

    def beat() -> None:
        nonlocal sent
        while sent + 50 <= (time.perf_counter() - start) * rate:
            window.session.intake.put("bench", next(parts))
            sent += 50

    timer = QTimer(window, interval=FEED_MS)
    timer.timeout.connect(beat)
    timer.start()
    return timer


class Typist(QObject):
    """Types into a line from another thread; `took_ms` has a time for each key."""

    pressed = Signal(object, object)

    def __init__(self, edit: FilterEdit) -> None:
        super().__init__()
        self.took_ms: list[float] = []
        self._edit = edit
        self._done = asyncio.Event()
        self.pressed.connect(self._press, Qt.ConnectionType.QueuedConnection)

    async def type_all(self) -> None:
        """Type until all keys were shown."""
        self._edit.setFocus()
        threading.Thread(target=self._run, daemon=True).start()
        await self._done.wait()

    def _run(self) -> None:
        chance = random.Random(1)
        for number, key in enumerate(keys(KEYS)):
            pace = KEYS_S[number * len(KEYS_S) // KEYS]
            time.sleep(PAUSE_S if key == "\n" else pace * chance.uniform(0.5, 1.5))
            self.pressed.emit(time.perf_counter(), key)

    def _press(self, at: float, key: str) -> None:
        if key == "\n":
            self._edit.clear()
        else:
            QTest.keyClicks(self._edit, key)
        self._edit.repaint()
        self.took_ms.append((time.perf_counter() - at) * 1e3)
        if len(self.took_ms) == KEYS:
            self._done.set()


def keys(count: int) -> Iterator[str]:
    """The letters of the texts, with a line's end after each."""
    letters = cycle([key for text in TEXTS for key in f"{text}\n"])
    return (next(letters) for _ in range(count))
