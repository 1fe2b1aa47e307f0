"""Recording: what of a session lies in capture files, and what would be lost if the session ended now."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from app.capture.recorder import NotRecorded, Recorder
from app.marks import Mark
from app.store.spill import Spill
from app.store.store import Store
from connectors.capture.being_recorded import is_being_recorded
from eventscope.connector import Chart, Declaration

__all__ = ["About", "NotRecorded", "Recorder", "Recording"]

LONGEST_NAME: Final = 80


class About(NamedTuple):
    """Tells what a capture has beside the rows: URLs by the names of sources, counts of lost rows by reason, and what
    sources told of themselves. Any thread may call these.
    """

    sources: Callable[[], Mapping[str, str]]
    losses: Callable[[], Mapping[str, int]]
    told: Callable[[], Iterable[tuple[str, Declaration | Chart]]]


class Recording:
    """The recording of one store: at most one at a time, besides copies of what is kept."""

    def __init__(
        self,
        store: Callable[[], Store],
        about: About,
    ) -> None:
        self.recorder: Recorder | None = None
        """What records now, or did so last."""
        self.copying: Recorder | None = None
        """What writes a copy now."""
        self._tell_store = store
        self._about = about
        self._fresh = 0
        self._saved_until = 1
        self._noted = 0

    @property
    def _store(self) -> Store:
        return self._tell_store()

    @property
    def runs(self) -> bool:
        """Whether rows are recorded now."""
        return self.recorder is not None and not self.recorder.stopped

    @property
    def behind(self) -> int:
        """Rows that came and are not in the file yet."""
        return self._store.next_seq - self.recorder.until if self.recorder is not None else 0

    @property
    def saved_until(self) -> int:
        """All rows before this one, as far as they were kept, are in a file."""
        return max(self._saved_until, self.recorder.until if self.recorder else 1)

    @property
    def unsaved(self) -> int:
        """Rows that are kept here and in no file; 0 as long as all of them are."""
        until = self.saved_until
        if self._fresh < until:
            return 0
        return sum(chunk.rows - chunk.place_of(until) for chunk in self._store.chunks)

    @property
    def unsaved_notes(self) -> int:
        """Rows that were marked or commented, if any of that is in no file."""
        marks = self._store.marks
        if self.runs or marks.version == self._noted:
            return 0
        return len({*marks.rows(Mark.MARKED).tolist(), *marks.rows(Mark.COMMENTED).tolist()})

    def came(self, last_seq: int, version_before: int, *, lasting: bool) -> None:
        """Rows up to this one were stored; those of a `lasting` source are in a file, and so are their notes.

        `version_before` is that of the marks before they came.
        """
        if not lasting:
            self._fresh = last_seq
        if self._noted == version_before:
            self._noted = self._store.marks.version

    def begin(self, path: Path, *, replace: bool = False) -> None:
        """Record all rows that are kept and all that come, in a new file. Takes a moment. Raises NotRecorded."""
        if self.recorder is not None and self.runs:
            raise NotRecorded(f"{self.recorder.path} is being recorded; stop that first")
        self._spare(path)
        self._saved_until = self.saved_until
        self.recorder = recorder = self._recorder(path, replace=replace)
        self._store.spill = Spill(recorder.settled, recorder.reader)

    def stop(self) -> Recorder | None:
        """Finish the file; takes a moment. What it has is in the recorder, None if nothing was recorded."""
        recorder = self.recorder
        if recorder is not None and not recorder.stopped:
            version = self._store.marks.version
            recorder.stop()
            self._saved(recorder, version)
        return recorder

    def copy(self, path: Path) -> int:
        """Write all rows that are kept into a file, whole or not at all; how many. Takes its time.

        An existing file is replaced. Raises NotRecorded.
        """
        self._spare(path)
        if is_being_recorded(path):
            raise NotRecorded(f"{path} is being recorded; choose another name")
        passing = path.with_name(f".{path.name[:LONGEST_NAME]}.{secrets.token_hex(6)}.part")
        version = self._store.marks.version
        self.copying = recorder = self._recorder(passing)
        try:
            recorder.stop()
            if recorder.problem:
                raise NotRecorded(recorder.problem.replace(str(passing), str(path)))
            passing.replace(path)
        except OSError as error:
            raise NotRecorded(f"cannot write {path}: {error.strerror}; choose another place") from error
        finally:
            self.copying = None
            passing.unlink(missing_ok=True)
        self._saved(recorder, version)
        return recorder.recorded

    def _recorder(self, path: Path, *, replace: bool = False) -> Recorder:
        return Recorder(self._store, path, **self._about._asdict(), replace=replace)

    def _saved(self, recorder: Recorder, version: int) -> None:
        self._saved_until = max(self._saved_until, recorder.until)
        if not recorder.problem:
            self._noted = version

    def _spare(self, path: Path) -> None:
        """Raise NotRecorded for a file from which rows of this very session are read."""
        if self._store.spilled and path.resolve() in [file.path.resolve() for file in self._store.files]:
            raise NotRecorded(f"{path} has events that this window reads from it; choose another name")
