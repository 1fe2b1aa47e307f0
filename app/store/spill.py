"""Spill: where rows go that have no room in the memory any more, when they are recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from weakref import WeakKeyDictionary

from app.store.chunk import Chunk
from app.store.pages import Pages
from app.store.spilled import spill
from connectors.capture.layout import LeafHead
from connectors.capture.reader import CaptureError, CaptureReader

__all__ = ["Spill"]

log = logging.getLogger(__name__)

Settled = Callable[[Chunk], LeafHead | None]
"""Tells the leaf of a file that has all rows of a chunk, for good; None as long as there is none."""


class Spill:
    """A capture file that rows are read from. It is needed for as long as the store has such rows."""

    def __init__(self, settled: Settled, reader: CaptureReader) -> None:
        self._settled = settled
        self._reader = reader
        self._pages: WeakKeyDictionary[Chunk, Pages] = WeakKeyDictionary()
        self._complaint = ""
        self._broken = False

    @property
    def path(self) -> Path:
        """The file."""
        return self._reader.path

    def rest(self) -> None:
        """Let go of the file. What is read from it later opens it again."""
        self._reader.close()

    def take(self, chunk: Chunk) -> bool:
        """Have a chunk read its rows from the file, if that has them all; whether it has. Nothing is read for that."""
        head = self._settled(chunk)
        if head is None or (head.first_seq, head.rows) != (chunk.first_seq, chunk.rows):
            return False
        self._pages[chunk] = pages = Pages(chunk, head, self._reader, self._lose)
        spill(chunk, pages)
        return True

    def take_complaint(self) -> str:
        """Why rows can not be read any more, if that has happened since the last call."""
        complaint, self._complaint = self._complaint, ""
        return complaint

    def lost(self, chunks: Iterable[Chunk]) -> list[Chunk]:
        """Those of some chunks whose rows were in the file and can not be read any more."""
        pages = [(chunk, self._pages.get(chunk)) for chunk in chunks]
        return [chunk for chunk, there in pages if there is not None and (self._broken or there.is_lost)]

    def _lose(self, error: Exception) -> None:
        """Called in any thread that reads."""
        log.warning("rows of %s can not be read any more", self._reader.path, exc_info=error)
        self._broken |= isinstance(error, CaptureError)
        self._complaint = str(error) if self._broken else f"{self._reader.path} is damaged where they were"
