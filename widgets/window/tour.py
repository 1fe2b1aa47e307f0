"""The tour: watch for ten seconds, open the most telling trace, and leave a picture and that trace behind.

For machines without a display, and for the picture in the README.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from app.exports import export_trace
from app.traces.saga import SagaState
from app.traces.summary import TraceSummary
from eventscope.connector import SourceState
from widgets.window.main_window import MainWindow

SECONDS = 10.0
SETTLE_S = 1.5
"""Time for each view to show what was selected."""


class Tour:
    """A guided look at what is attached."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder

    async def run(self, closing: asyncio.Event) -> None:
        """Watch, select, take the picture, export, then ask the window to close."""
        try:
            self._window.resize(1920, 1280)
            self._window.spread()
            await self._connected()
            await asyncio.sleep(SECONDS)
            chosen = self._most_telling()
            if chosen is not None:
                self._window.focus.select_event(chosen.root_seq, chosen.correlation_id)
            await asyncio.sleep(SETTLE_S)
            self._leave(chosen)
        finally:
            closing.set()

    async def _connected(self) -> None:
        """Wait for sources that are slow to begin, but not for ever."""
        sources = self._window.session.sources
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                while any(source.state is SourceState.CONNECTING for source in sources):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.05)

    def _most_telling(self) -> TraceSummary | None:
        """The trace with most to see: a saga that took steps back, then many events; a failure counts like several."""
        session = self._window.session
        traces = session.traces.recent(200)
        session.sagas.judge(traces, slice_s=1.0)

        def telling(trace: TraceSummary) -> tuple[bool, int, int]:
            seen = min(trace.events, 20) + 5 * bool(trace.errors)
            return session.sagas.state(trace) is SagaState.COMPENSATED, seen, trace.root_seq

        return max(traces, key=telling, default=None)

    def _leave(self, chosen: TraceSummary | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        picture = self._folder / "eventscope.png"
        self._window.grab().save(str(picture))
        print(f"left {picture}")
        if chosen is not None:
            trace = self._folder / "trace.json"
            session, wanted = self._window.session, chosen.correlation_id
            export_trace("json", session.store, wanted, trace, state=session.traces.state(wanted), replace=True)
            print(f"left {trace}")
