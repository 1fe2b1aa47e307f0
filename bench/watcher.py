"""What a user would notice of a window under load: a timer that is late, and how old rows are when they are painted."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent

from app.store.store import Store
from bench.told import percentile
from eventscope.step import UNKNOWN
from widgets.window.main_window import MainWindow

BEAT_MS = 16


class Watcher:
    """From `start` to `stop`: how late a 16 ms timer is, how old each row is when its first paint has ended.

    The table shows its end and hides nothing; rows above what fits on the screen count as visible with the last one.
    """

    def __init__(self, window: MainWindow) -> None:
        self._late: list[float] = []
        self._ages: list[NDArray[np.float64]] = []
        self._window = window
        self._last = 0.0
        self._shown = 0
        self._began = self._took = self._cpu = 0.0
        self._rows = 0
        self._timer = QTimer(window, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        table = window.views.work.table
        paint = table.paintEvent

        def painted(event: QPaintEvent) -> None:
            paint(event)
            self._painted()

        table.paintEvent = painted  # type: ignore[method-assign]

    def start(self) -> None:
        """Begin to measure."""
        self._shown = self._newest()
        self._rows = self._window.session.counters().seen
        self._began = self._last = time.perf_counter()
        self._cpu = time.thread_time()
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """The figures."""
        self._timer.stop()
        seconds = time.perf_counter() - self._began
        ages = np.concatenate(self._ages) if self._ages else np.empty(0)
        return {
            "late_p50_ms": percentile(self._late, 50),
            "late_p99_ms": percentile(self._late, 99),
            "late_max_ms": max(self._late, default=0.0),
            "visible_p50_ms": percentile(ages, 50),
            "visible_p99_ms": percentile(ages, 99),
            "rate": (self._window.session.counters().seen - self._rows) / seconds,
            "window_cpu": (time.thread_time() - self._cpu) / seconds,
        }

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late.append(max(0.0, (now - self._last) * 1e3 - BEAT_MS))
        self._last = now

    def _newest(self) -> int:
        matches = self._window.views.work.matches
        return matches.seq_at(len(matches) - 1) if len(matches) else 0

    def _painted(self) -> None:
        newest = self._newest()
        if self._timer.isActive() and newest > self._shown:
            self._ages.append(ages_ms(self._window.session.store, self._shown + 1, newest))
            self._shown = newest


def ages_ms(store: Store, first: int, last: int) -> NDArray[np.float64]:
    """How long ago the rows from `first` to `last` occurred, those that say it."""
    now = time.time_ns()
    parts = [chunk.occurred[: chunk.rows][chunk.place_of(first) : chunk.place_of(last + 1)] for chunk in store.chunks]
    occurred: NDArray[np.int64] = np.concatenate(parts)
    ages: NDArray[np.float64] = (now - occurred[occurred != UNKNOWN]) / 1e6
    return ages
