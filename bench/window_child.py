"""The measured side of bench/window.py: a window on a tap, and a child process that floods it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from app.session import Session
from app.settings import Settings
from connectors.registry import open_source
from widgets.look.theme import apply_theme
from widgets.loop import WindowLoop
from widgets.window.main_window import MainWindow
from widgets.window.program import furnish

BEAT_MS = 16
WARM_UP_S = 2.0


class Watcher:
    """Takes the lateness of a timer and the age of the newest painted row."""

    def __init__(self, window: MainWindow) -> None:
        self.late: list[float] = []
        self.ages: list[float] = []
        self._window = window
        self._last = 0.0
        self._timer = QTimer(window, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        table = window.views.work.table
        paint = table.paintEvent

        def painted(event: QPaintEvent) -> None:
            paint(event)
            self._painted()

        table.paintEvent = painted  # type: ignore[method-assign]

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._last) * 1e3 - BEAT_MS))
        self._last = now

    def _painted(self) -> None:
        """All matches are on the screen, for the table follows: the age of the newest is now minus when it happened."""
        matches = self._window.views.work.matches
        if self._timer.isActive() and len(matches):
            occurred = self._window.session.store.event(matches.seq_at(len(matches) - 1)).occurred_at
            if occurred is not None:
                self.ages.append((time.time_ns() - occurred) / 1e6)


async def main(app: QApplication, address: str, rate: int, seconds: float) -> None:
    apply_theme(app, "light")
    window = MainWindow()
    desk = furnish(app, window, Session(Settings()))
    window.resize(1600, 900)
    desk.attach(open_source(f"tap:{address}"))
    window.show()
    window.views.clock.start()
    watcher = Watcher(window)
    await asyncio.sleep(0.5)
    command = [sys.executable, "-m", "bench.flood", address, str(rate), str(seconds + WARM_UP_S + 1)]
    flood = subprocess.Popen(command) if rate else None
    await asyncio.sleep(WARM_UP_S)
    seen = window.session.counters().seen
    watcher.start()
    await asyncio.sleep(seconds)
    stored = window.session.counters().seen - seen
    report(watcher, stored / seconds)
    if flood:
        flood.kill()
        flood.wait()
    await window.session.close()
    window.let_go()


def report(watcher: Watcher, rate: float) -> None:
    def at(values: list[float], percent: float) -> float:
        return float(np.percentile(values, percent)) if values else 0.0

    figures = {
        "late_p99_ms": at(watcher.late, 99),
        "late_max_ms": max(watcher.late, default=0.0),
        "visible_p50_ms": at(watcher.ages, 50),
        "visible_p99_ms": at(watcher.ages, 99),
        "rate": rate,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    qt = QApplication(["bench"])
    qt.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: WindowLoop(qt)) as runner:
        runner.run(main(qt, sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
