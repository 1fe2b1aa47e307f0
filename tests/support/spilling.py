"""A store that is recorded step by step, and whose rows spill to that recording."""

from __future__ import annotations

from pathlib import Path

from app.capture.file import CaptureFile
from app.capture.scribe import Scribe
from app.store.spill import Spill
from app.store.store import Store
from connectors.capture.reader import CaptureReader


class Spilling:
    """Records `store` in a file at `path`, whenever it is told to; `reader` may be one that is slower than usual."""

    def __init__(self, store: Store, path: Path, reader: type[CaptureReader] = CaptureReader) -> None:
        self.path = path
        self.store = store
        self._file = CaptureFile(path, {})
        self._ended = False
        self.reader = reader(path)
        self._scribe = Scribe(store, self._file)
        store.spill = Spill(lambda chunk: self._scribe.settled.get(chunk.serial), self.reader)

    def write(self) -> None:
        """Have all rows that came on the disk, as long as it has not ended."""
        if not self._ended:
            self._scribe.write()

    def end(self) -> None:
        """End the recording; what was recorded is in one file then."""
        if not self._ended:
            self._ended = True
            self._scribe.finish()
            self._file.close(self.reader.close)

    def close(self) -> None:
        """Let go of the file."""
        if not self._ended:
            self._file.close(self.reader.close)
        self.reader.close()
