"""Papers: what a capture tells beside the rows, kept up to date while they are recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from app.capture.file import CaptureFile, Change
from app.capture.notes import noted
from app.marks import Marks
from app.redaction.urls import without_secrets
from connectors.capture.told import told_document
from eventscope.connector import Chart, Declaration

__all__ = ["Papers"]

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0


class Papers:
    """Sources with their URLs, notes about rows, and counts of what is missing; no URL says its secrets."""

    def __init__(
        self,
        marks: Marks,
        sources: Callable[[], Mapping[str, str]],
        losses: Callable[[], Mapping[str, int]],
        told: Callable[[], Iterable[tuple[str, Declaration | Chart]]],
    ) -> None:
        self._marks = marks
        self._sources = sources
        self._losses = losses
        self._sources_told = told
        self._due = 0.0
        self._kept: dict[str, Any] = {}

    def keep(self, file: CaptureFile, now: float = float("inf")) -> None:
        """Write what has changed, if it is time (monotonic seconds). Raises sqlite3.Error."""
        if now < self._due:
            return
        self._due = now + EVERY_S
        try:
            told = self._told()
        except Exception:  # it comes from all parts of the program, and rows matter more
            log.exception("what a capture tells beside the rows cannot be told now")
            return
        changed = {name: document for name, document in told.items() if self._kept.get(name) != document}
        if changed:
            file.commit(Change(documents=changed))
            self._kept |= changed

    def _told(self) -> dict[str, Any]:
        return {
            "sources": {name: without_secrets(url) for name, url in self._sources().items()},
            "losses": dict(self._losses()),
            "notes": noted(self._marks),
            "told": told_document(self._sources_told()),
        }
