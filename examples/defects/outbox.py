"""The outbox: what a change has to tell is stored with the change itself, and leaves when somebody takes it.

An outlet is where events go: the bus, a broker. Each has a row for each event, until it has taken it. If the
process dies between taking and forgetting, the outlet gets the event again: at least once.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from eventscope import Event
from examples.database import Database
from examples.defects.envelope import envelope_of, event_of

__all__ = ["OUTBOX", "Outbox", "Outlet"]

OUTBOX: Final = """
CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    outlet   TEXT NOT NULL,
    envelope TEXT NOT NULL,
    about    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_by_outlet ON outbox (outlet, sequence);
"""
PUT: Final = "INSERT INTO outbox (outlet, envelope, about) VALUES (?, ?, ?)"
PENDING: Final = "SELECT sequence, envelope, about FROM outbox WHERE outlet = ? ORDER BY sequence LIMIT ?"
TAKEN: Final = "DELETE FROM outbox WHERE outlet = ? AND sequence <= ?"
WAITING: Final = "SELECT count(*) FROM outbox WHERE outlet = ?"

AT_ONCE: Final = 100


class Outlet(Protocol):
    """Where events go. `publish` returns when the event is safe there, and raises OSError when that is not so."""

    async def publish(self, event: Event) -> object:
        """Hand over one event."""

    async def close(self) -> None:
        """Let go of the connection."""


class Outbox:
    """The table, with the outlets by name."""

    def __init__(self, database: Database, outlets: Mapping[str, Outlet]) -> None:
        self._database = database
        self._outlets = outlets
        self._turns = defaultdict[str, asyncio.Lock](asyncio.Lock)

    def put(self, db: sqlite3.Connection, events: Iterable[Event]) -> None:
        """Store events for each outlet; to be called in the transaction of the change that they tell of."""
        for event in events:
            texts = envelope_of(event), json.dumps(about(event))
            db.executemany(PUT, [(outlet, *texts) for outlet in self._outlets])

    async def drain(self, outlet: str) -> int:
        """Bring to an outlet what waits for it, in order, and return how much that was.

        Raises OSError when the outlet is away; the rest waits on.
        """
        count = 0
        async with self._turns[outlet]:
            while pending := await self._database.run(lambda db: pending_in(db, outlet)):
                await self._bring(outlet, pending)
                count += len(pending)
                if len(pending) < AT_ONCE:
                    break
        return count

    async def waiting(self, outlet: str) -> int:
        """How many events wait for an outlet."""
        count: int = await self._database.run(lambda db: db.execute(WAITING, (outlet,)).fetchone()[0])
        return count

    async def _bring(self, outlet: str, pending: Mapping[int, Event]) -> None:
        taken = 0
        try:
            for sequence, event in pending.items():
                await self._outlets[outlet].publish(event)
                taken = sequence
        finally:
            if taken:
                await self._database.run(lambda db: db.execute(TAKEN, (outlet, taken)))


def about(event: Event) -> dict[str, str | None]:
    """What belongs to an event and has no place in its envelope."""
    return {
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "source": event.source,
        "priority": event.priority.name,
    }


def pending_in(db: sqlite3.Connection, outlet: str) -> dict[int, Event]:
    """The oldest events that wait for an outlet, made in the thread of the database: no event is handled there."""
    return {n: event_of(envelope, **json.loads(more)) for n, envelope, more in db.execute(PENDING, (outlet, AT_ONCE))}
