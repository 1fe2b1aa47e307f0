"""Recorder: a thread that writes every row of a store to a capture file, and goes on as rows come."""

from __future__ import annotations

import logging
import platform
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from app.capture.file import CaptureFile, reason_of
from app.capture.lock import NotRecorded
from app.capture.papers import Papers
from app.capture.scribe import Scribe
from app.store.chunk import Chunk
from app.store.store import MIB, Store
from app.version import program_version
from connectors.capture.layout import LeafHead
from connectors.capture.reader import CaptureReader
from eventscope.connector import Chart, Declaration

__all__ = ["NotRecorded", "Recorder"]

log = logging.getLogger(__name__)

COMMIT_S: Final = 0.2
COMMIT_ROWS: Final = 5_000
"""Rows wait for the next commit so long, or until they are so many."""

BEAT_S: Final = 0.04

RESERVE: Final = 200 * MIB
"""Bytes that a recording leaves free on the disk: others need room as well."""


class Recorder:
    """Records `store` in a new file at `path`, beginning with all rows that it has. Raises NotRecorded.

    `sources` tells the URLs of the sources by their names, `losses` counts of rows that never came into the store, by
    reason, `told` what sources told of themselves; the recorder's own thread calls them now and then, and at the end.
    """

    def __init__(
        self,
        store: Store,
        path: Path,
        *,
        sources: Callable[[], Mapping[str, str]] = dict,
        losses: Callable[[], Mapping[str, int]] = dict,
        told: Callable[[], Iterable[tuple[str, Declaration | Chart]]] = list,
        replace: bool = False,
        reserve: int = RESERVE,
    ) -> None:
        self.path = path
        self.problem: str | None = None
        """A sentence once the recording has stopped by itself; what was written is whole."""
        self._store = store
        self._reserve = reserve
        self._file = CaptureFile(path, header(), replace=replace)
        self.reader = CaptureReader(path)
        """Reads the file while it is recorded and afterwards; whoever reads it in this process takes this one."""
        self._scribe = Scribe(store, self._file)
        self._papers = Papers(store.marks, sources, lambda: {**losses(), **self._misses()}, told)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eventscope-recorder", daemon=True)
        self._thread.start()

    @property
    def recorded(self) -> int:
        """Rows that are safely on the disk."""
        return self._scribe.recorded

    @property
    def until(self) -> int:
        """All rows before this one are on the disk, as far as they could be had."""
        return self._scribe.until

    @property
    def not_recorded(self) -> int:
        """Rows that were gone before they were written, or came when nothing could be written any more."""
        came_later = max(self._store.next_seq - self.until, 0) if self.problem else 0
        return self._scribe.missed + came_later

    @property
    def bytes(self) -> int:
        """What the capture takes on the disk."""
        return self._file.size

    @property
    def stopped(self) -> bool:
        """Whether nothing is recorded any more."""
        return not self._thread.is_alive()

    def settled(self, chunk: Chunk) -> LeafHead | None:
        """The leaf that has all rows of a chunk, for good; None as long as there is none. Any thread may ask."""
        return self._scribe.settled.get(chunk.serial)

    def stop(self) -> None:
        """Write what is left, settle it and close the file; takes a moment, so not for the thread of the window."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._record()
        except (sqlite3.Error, OSError) as error:
            log.warning("recording to %s failed: %r", self.path, error)
            self._stop_because(reason_of(error))
        except Exception:
            log.exception("recording to %s failed", self.path)
            self._stop_because("it failed in a way that nobody foresaw, which the log tells of")
        self._file.close(self.reader.close)

    def _misses(self) -> dict[str, int]:
        missed = self._scribe.missed
        return {"gone before they could be recorded": missed} if missed else {}

    def _stop_because(self, reason: str) -> None:
        self.problem = f"The recording to {self.path} stopped: {reason}. What was written is whole."

    def _record(self) -> None:
        committed = 0.0
        while not self._ending.wait(BEAT_S):
            waiting, now = self._store.next_seq - self.until, time.monotonic()
            if waiting >= COMMIT_ROWS or now - committed >= COMMIT_S:
                committed = now
                if not self._file.is_in_place:
                    self.problem = f"The recording to {self.path} stopped: somebody has taken the file away."
                    return
                if shutil.disk_usage(self.path.parent).free < self._reserve:
                    self._stop_because(f"less than {self._reserve // MIB} MiB are free on the disk")
                    break
                self._scribe.write()
                self._papers.keep(self._file, now)
        self._scribe.finish()
        self._papers.keep(self._file)


def header() -> dict[str, Any]:
    """Who records, and when."""
    return {
        "creator": f"Eventscope {program_version()}",
        "python": platform.python_version(),
        "system": platform.system(),
        "sqlite": sqlite3.sqlite_version,
        "began_at_ns": time.time_ns(),
        "clock": "nanoseconds since 1970, UTC",
    }
