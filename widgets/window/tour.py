"""The tour: watch for ten seconds, open the most telling trace, and leave a picture and that trace behind.

For machines without a display, and for the picture in the README.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from app.exports import export_trace
from app.traces.summary import TraceSummary
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
            await asyncio.sleep(SECONDS)
            chosen = most_telling(self._window.session.traces.recent(200))
            if chosen is not None:
                self._window.focus.select_event(chosen.root_seq, chosen.correlation_id)
            await asyncio.sleep(SETTLE_S)
            self._leave(chosen)
        finally:
            closing.set()

    def _leave(self, chosen: TraceSummary | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        picture = self._folder / "eventscope.png"
        self._window.grab().save(str(picture))
        print(f"left {picture}")
        if chosen is not None:
            trace = self._folder / "trace.json"
            export_trace("json", self._window.session.store, chosen.correlation_id, trace, replace=True)
            print(f"left {trace}")


def most_telling(traces: Sequence[TraceSummary]) -> TraceSummary | None:
    """The trace with most to see: a failure counts like several events."""
    return max(traces, key=lambda trace: (min(trace.events, 20) + 5 * bool(trace.errors), trace.root_seq), default=None)
