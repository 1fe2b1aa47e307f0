"""Freezer: gives chunks that will not change any more their cold form, one after another, beside what else is done."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from weakref import WeakSet

from numpy.typing import NDArray

from app.store.chunk import COLUMNS, Chunk
from app.store.cold import ColdArena
from app.store.courtesy import WINDOW
from app.store.thin import thin

WARM: Final = 3
"""The newest chunks stay as they are: one grows, and the other two are what is looked at most."""

LEAST_BYTES: Final = 256 * 1024
"""Smaller chunks, which only a small budget makes, stay as they are."""


class Stopped(Exception):
    """The work is not wanted any more."""


class Cold(NamedTuple):
    """The cold form of a chunk."""

    columns: dict[str, NDArray[Any]]
    payloads: ColdArena
    texts: ColdArena


class Job(threading.Thread):
    """Makes the cold form of one chunk. It leaves the interpreter to others while it compresses."""

    def __init__(self, chunk: Chunk) -> None:
        super().__init__(name="eventscope-freezer", daemon=True)
        self.chunk = chunk
        self.made: Cold | None = None
        """None until the thread has ended, and afterwards if it was stopped or failed."""
        self._stopped = False

    def run(self) -> None:
        """Do it."""
        chunk, rows = self.chunk, self.chunk.rows
        try:
            columns = {name: thin(getattr(chunk, name)[:rows]) for name in COLUMNS}
            arenas = (ColdArena(arena, rows, self._pause, chunk.cache) for arena in (chunk.payloads, chunk.texts))
            self.made = Cold(columns, *arenas)
        except Stopped:
            return

    def stop(self) -> None:
        """Give it up, and wait for that: less than a millisecond for most chunks."""
        self._stopped = True
        self.join()

    def _pause(self) -> None:
        if self._stopped:
            raise Stopped
        WINDOW.give_way()


class Freezer:
    """All its methods are called by the thread that changes the chunks."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._tried: WeakSet[Chunk] = WeakSet()
        self._seen: Sequence[Chunk] = ()

    @property
    def busy(self) -> bool:
        """Whether a chunk is being made cold, or waits to be given its cold form."""
        return self._job is not None

    def tick(self, chunks: Sequence[Chunk]) -> Chunk | None:
        """Go on with these chunks, a new list whenever it changes; the chunk that has become cold, if one has."""
        cold = None
        if self._job is not None and not self._job.is_alive():
            cold = self._taken_from(self._job, chunks)
            self._job = None
        if self._job is None and chunks is not self._seen:
            self._begin(chunks)
        return cold

    def close(self) -> None:
        """Stop what is being done."""
        if self._job is not None:
            self._job.stop()
            self._tried.discard(self._job.chunk)
            self._job = None
            self._seen = ()

    def _taken_from(self, job: Job, chunks: Sequence[Chunk]) -> Chunk | None:
        """The chunk of a job that has ended, cold now; one that is not among the chunks any more may come back."""
        if job.made is None:
            return None
        if job.chunk not in chunks or not job.chunk.at_hand:
            self._tried.discard(job.chunk)
            return None
        job.chunk.become(*job.made)
        return job.chunk

    def _begin(self, chunks: Sequence[Chunk]) -> None:
        """Begin with the newest chunk that is due: the oldest may be evicted next."""
        due = next(filter(self._is_due, reversed(chunks[:-WARM])), None)
        if due is None:
            self._seen = chunks
            return
        self._tried.add(due)
        self._job = Job(due)
        self._job.start()

    def _is_due(self, chunk: Chunk) -> bool:
        return chunk not in self._tried and not chunk.is_cold and chunk.bytes >= LEAST_BYTES
