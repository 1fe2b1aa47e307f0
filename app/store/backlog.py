"""Backlog: rows that came and were not looked at yet, so that many small batches become one large one.

NumPy costs about a microsecond a call whatever the size; a summary that is asked ten times a second need
not be kept up to date a thousand times a second.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Final

from app.store.chunk import Chunk

MOST_ROWS: Final = 4_096
"""Under a millisecond of work for any of the summaries."""


TURNS: Final = cycle(range(5))
"""Summaries of the same rows are due at different times, or they would hold up a frame together."""


class Backlog:
    """Neighbouring rows of one chunk, handed to `work` together: when there are many, when another chunk
    begins (so no evicted chunk is kept alive), and whenever somebody asks for what was made of them.
    """

    def __init__(self, work: Callable[[Chunk, int, int], None], most_rows: int = MOST_ROWS) -> None:
        self._work = work
        self._most_rows = most_rows - most_rows * next(TURNS) // 16
        self._chunk: Chunk | None = None
        self._start = 0
        self._stop = 0

    def add(self, chunk: Chunk, start: int, stop: int) -> None:
        """Take in rows `start` to `stop` of a chunk."""
        if chunk is not self._chunk or start != self._stop:
            self.flush()
            self._chunk, self._start = chunk, start
        self._stop = stop
        if stop - self._start >= self._most_rows:
            self.flush()

    def flush(self) -> None:
        """Have all rows looked at."""
        chunk, start, stop = self._chunk, self._start, self._stop
        self._chunk = None
        if chunk is not None and start < stop:
            self._work(chunk, start, stop)
