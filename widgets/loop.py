"""The event loop of the window: qasync's, with timers of our own.

qasync 0.28 gives each timer a Qt timer and keeps a cancelled one until its deadline, so that `wait_for` leaks
and slows down. Here all timers share one heap and one precise single-shot QTimer; callbacks that are due run in
order for at most `SLICE_S`, then Qt paints. It leans on qasync's private `_timer`; tests/widgets/test_loop.py
guards each use, and `pyproject.toml` bounds the version.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any

import qasync
from PySide6.QtCore import QObject, Qt, QTimer

SLICE_S = 0.008
"""How long callbacks may run before Qt gets its turn."""


class Timers(QObject):
    """Timers and ready callbacks behind one QTimer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._heap: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._ready: deque[asyncio.Handle] = deque()
        self._order = itertools.count()
        self._cancelled = 0
        self._armed: float | None = None
        self._stopped = False
        self._qt = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._qt.timeout.connect(self._fire)

    def __len__(self) -> int:
        """How many timers it holds, cancelled ones included."""
        return len(self._heap)

    def add(self, delay: float, callback: Callable[..., Any], args: Any, context: Context | None) -> asyncio.Handle:
        """Call `callback` after `delay` seconds, or as soon as may be when it is not positive."""
        if self._stopped:
            raise RuntimeError("Event loop is closed")
        if delay <= 0:
            return self.add_callback(asyncio.Handle(callback, args, self._loop, context))
        handle = asyncio.TimerHandle(self._loop.time() + delay, callback, args, self._loop, context)
        mark_scheduled(handle, True)
        heapq.heappush(self._heap, (handle.when(), next(self._order), handle))
        if self._heap[0][2] is handle and not self._ready:
            self._arm(delay)
        return handle

    def add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """qasync's own entrance: run a handle soon."""
        self._ready.append(handle)
        self._arm(0)
        return handle

    def note_cancelled(self) -> None:
        """A timer was cancelled; compact the heap once most of it is dead."""
        self._cancelled += 1
        if self._cancelled > 100 and self._cancelled > len(self._heap) // 2:
            self._heap = [entry for entry in self._heap if not entry[2].cancelled()]
            heapq.heapify(self._heap)
            self._cancelled = 0

    def wake(self) -> None:
        """The loop runs (again): look at what came due meanwhile."""
        self._arm(0)

    def stop(self) -> None:
        """Run nothing more."""
        self._stopped = True
        self._qt.stop()

    def set_debug(self, enabled: bool) -> None:
        """qasync asks for it; there is nothing to switch."""

    def _arm(self, delay: float) -> None:
        when = self._loop.time() + delay
        if self._armed is None or when < self._armed or not self._qt.isActive():
            self._armed = when
            self._qt.start(max(0, math.ceil(delay * 1000)))

    def _fire(self) -> None:
        self._armed = None
        if self._stopped or not self._loop.is_running():
            return  # somebody else spins Qt: tasks would find no running loop; `wake` goes on later
        now = self._loop.time()
        self._collect(now)
        if self._ready:
            self._arm(0)  # before running: a nested Qt loop must keep ticking
        self._run_ready(now + SLICE_S)
        if not self._ready:
            self._qt.stop()
            self._armed = None
            if self._heap:
                self._arm(max(0.0, self._heap[0][0] - self._loop.time()))

    def _collect(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now + 5e-4:
            handle = heapq.heappop(self._heap)[2]
            mark_scheduled(handle, False)
            if handle.cancelled():
                self._cancelled = max(0, self._cancelled - 1)
            else:
                self._ready.append(handle)

    def _run_ready(self, deadline: float) -> None:
        for _ in range(len(self._ready)):
            if not self._ready or self._loop.time() > deadline:
                return
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()


def mark_scheduled(handle: asyncio.TimerHandle, scheduled: bool) -> None:
    """Tell a handle whether cancelling it must be reported to the loop, as asyncio's own loops do."""
    handle._scheduled = scheduled  # type: ignore[attr-defined]


class WindowLoop(qasync.QEventLoop):  # type: ignore[misc]
    """qasync's loop on `Timers`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer = Timers(self)

    def run_forever(self) -> Any:
        """Run until stopped."""
        self._timer.wake()
        return super().run_forever()

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        """Run `callback` in the next turn."""
        return self._timer.add(0, callback, args, context)

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Run `callback` after `delay` seconds."""
        return self._timer.add(delay, callback, args, context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Run `callback` at `when` of the loop's clock."""
        return self._timer.add(when - self.time(), callback, args, context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._timer.note_cancelled()
