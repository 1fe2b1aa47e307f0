"""Chosen rows: those of a session that a command wants, as a store of their own, which can be recorded."""

from __future__ import annotations

from typing import Final

from app.exports.selection import Selection
from app.recording import Recording
from app.session import Session
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record, Replay

__all__ = ["Chosen"]

BATCH: Final = 1_000
DURATIONS: Final = ("queue_ns", "handle_ns", "total_ns")


class Chosen:
    """A store of those rows of a session that are wanted, and the recording of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = Store(session.settings.memory_budget)
        self.recording = Recording(lambda: self._store, session.about)

    def take(self, rows: list[int]) -> None:
        """Record these rows of the session."""
        for start in range(0, len(rows), BATCH):
            events = Selection(self._session.store, rows[start : start + BATCH]).events()
            if records := list(map(replayed, events)):
                self._store.append("", Block.of(records), 0)


def replayed(event: StoredEvent) -> Record:
    """A row of a store as a source hands it over."""
    told = {name: value for name in Record._fields if (value := getattr(event, name, None)) is not None}
    told |= {name: round(told[name]) for name in DURATIONS if name in told}
    return Record(**told, replay=Replay(event.source, event.observed_at))
