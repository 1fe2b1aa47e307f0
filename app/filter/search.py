"""Search: rows tested against a filter in a worker thread, newest first, in pieces that can be stopped between."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.filter.part import Part
from app.filter.query import Filter
from app.store.courtesy import WINDOW

PIECE: Final = 8_192
"""Rows tested at a time by a filter that reads texts or payloads; others take whole chunks."""


class Piece(NamedTuple):
    """Rows `start` to `stop` of a part, and `last` if the search is done with that part."""

    part: Part
    start: int
    stop: int
    last: bool

    def test(self, wanted: Filter) -> NDArray[np.int64]:
        """The rows of the chunk that pass."""
        return np.flatnonzero(wanted.mask(self.part.chunk, self.start, self.stop)) + self.start


def pieces(part: Part, stop: int, wanted: Filter) -> Iterator[Piece]:
    """What is left to scan of a part, in order."""
    size = PIECE if wanted.slow else part.chunk.capacity
    for start in range(part.scanned, stop, size):
        end = min(start + size, stop)
        yield Piece(part, start, end, end == stop)


class Searcher:
    """One thread that searches. `results` are for the owner's thread to pick up."""

    def __init__(self) -> None:
        self.results: deque[tuple[Piece, NDArray[np.int64]]] = deque()
        self._pool: ThreadPoolExecutor | None = None
        self._stop = threading.Event()
        self._running: list[Future[None]] = []

    def begin(self, wanted: Filter, work: list[Piece]) -> None:
        """Search these pieces, one after the other."""
        self._pool = self._pool or ThreadPoolExecutor(1, "eventscope-search")
        self._running.append(self._pool.submit(self._run, wanted, work, self._stop))

    def check(self) -> None:
        """Raise what a search has raised, if one has."""
        ended = [future for future in self._running if future.done()]
        self._running = [future for future in self._running if not future.done()]
        for future in ended:
            future.result()

    def cancel(self) -> None:
        """Stop after the present piece; results that were not picked up are lost."""
        self._stop.set()
        self._stop = threading.Event()
        self.results = deque()

    def close(self) -> None:
        """Stop, and wait until the thread has ended."""
        self.cancel()
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _run(self, wanted: Filter, work: list[Piece], stop: threading.Event) -> None:
        results = self.results
        for piece in work:
            if stop.is_set():
                return
            WINDOW.give_way()
            results.append((piece, piece.test(wanted)))
