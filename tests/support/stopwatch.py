"""How long it took until rows came again; the times are kept in the report that `--junitxml` writes."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Started when a fault is repaired, stopped at the first row."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record
        self._since = 0.0

    def start(self) -> None:
        self._since = time.monotonic()

    def stop(self) -> float:
        """Seconds since the start."""
        seconds = time.monotonic() - self._since
        self._record("recovered_s", round(seconds, 3))
        return seconds
