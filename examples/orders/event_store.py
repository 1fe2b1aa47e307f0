"""The event store: every event of every aggregate in one table, never changed, in the order of their coming.

Who writes says which version of the aggregate was decided on; if another was faster, that is a conflict and
nothing is stored. The table is the outbox too: each outlet remembers how far it has published. It lies in an SQLite
file or, by a URL, in PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eventscope import Event
from examples.database import TEMPORARY, Connection, Database, DatabaseThread

__all__ = ["AT_ONCE", "EventStore", "Stored", "VersionConflict", "database_at"]

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    sequence      {counter},
    event_id      TEXT NOT NULL UNIQUE,
    aggregate_id  TEXT NOT NULL,
    version       INTEGER NOT NULL,
    event_type    TEXT NOT NULL,
    event_version INTEGER NOT NULL,
    data          TEXT NOT NULL,
    metadata      TEXT NOT NULL,
    occurred_at   BIGINT NOT NULL,
    UNIQUE (aggregate_id, version)
);
CREATE TABLE IF NOT EXISTS snapshots (aggregate_id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outlets (name TEXT PRIMARY KEY, sequence BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS ledgers (ledger TEXT, order_id TEXT, entry TEXT NOT NULL, PRIMARY KEY (ledger, order_id));
"""
COLUMNS: Final = "event_id, aggregate_id, version, event_type, event_version, data, metadata, occurred_at"
INSERT: Final = f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
SELECT: Final = f"SELECT sequence, {COLUMNS} FROM events WHERE"  # noqa: S608
HISTORY: Final = "aggregate_id = ? AND version > ? ORDER BY version"
SNAPSHOT: Final = "SELECT version, state FROM snapshots WHERE aggregate_id = ?"
LATEST: Final = "SELECT coalesce(max(version), 0) FROM events WHERE aggregate_id = ?"
ADVANCE: Final = """
INSERT INTO outlets VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > outlets.sequence
"""
KEEP: Final = """
INSERT INTO snapshots VALUES (?, ?, ?)
ON CONFLICT (aggregate_id) DO UPDATE SET version = excluded.version, state = excluded.state
WHERE excluded.version > snapshots.version
"""

ABOUT: Final = ("correlation_id", "causation_id", "source", "priority")
"""Fields of an event that are stored in its metadata."""


Snapshot = tuple[int, dict[str, Any]]
"""The version and the state of an aggregate."""

AT_ONCE: Final = 500
"""Events that are read at once."""


class VersionConflict(Exception):
    """Somebody else has changed the aggregate since it was read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in the store: `version` counts in its aggregate, `sequence` in the whole store."""

    sequence: int
    aggregate_id: str
    version: int
    event_version: int
    event: Event


def database_at(place: str | Path) -> DatabaseThread[Connection]:
    """The database in a file or of a URL `postgresql://…`. Raises ModuleNotFoundError without psycopg."""
    if str(place).startswith(("postgresql://", "postgres://")):
        from examples.orders.postgresql import PostgresDatabase

        return PostgresDatabase(str(place), SCHEMA.format(counter="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
    return Database(place, SCHEMA.format(counter="INTEGER PRIMARY KEY AUTOINCREMENT"))


class EventStore:
    """Every method may raise OSError or an error of the database, and then nothing is changed."""

    def __init__(self, place: str | Path = TEMPORARY) -> None:
        self.database = database_at(place)

    async def close(self) -> None:
        """Finish what is asked for, and let go of the database."""
        await self.database.close()

    async def append(self, aggregate_id: str, expected_version: int, events: Sequence[Event]) -> None:
        """Add the next events of an aggregate, all or none. Raises VersionConflict."""

        def add(db: Connection) -> None:
            db.execute(self.database.begin_writing)
            if db.execute(LATEST, (aggregate_id,)).fetchone()[0] != expected_version:
                raise VersionConflict(f"{aggregate_id} is no longer at version {expected_version}; read it again")
            for version, event in enumerate(events, expected_version + 1):
                db.execute(INSERT, row_of(aggregate_id, version, event))

        try:
            await self.database.run(add)
        except self.database.already_there as error:
            raise VersionConflict(f"an event of {aggregate_id} is in the store already; give it another id") from error

    async def of(self, aggregate_id: str, after_version: int = 0) -> list[Stored]:
        """The history of an aggregate."""
        return await self._select(HISTORY, aggregate_id, after_version)

    async def latest(self, aggregate_id: str) -> tuple[Snapshot | None, list[Stored]]:
        """The latest snapshot of an aggregate, if there is one, and the history after it."""

        def read(db: Connection) -> tuple[Snapshot | None, list[Stored]]:
            row = db.execute(SNAPSHOT, (aggregate_id,)).fetchone()
            found = (int(row[0]), json.loads(row[1])) if row else None
            return found, select(db, HISTORY, aggregate_id, found[0] if found else 0)

        return await self.database.run(read)

    async def first(self, aggregate_id: str) -> Stored | None:
        """The event that an aggregate began with, if there is one."""
        return next(iter(await self._select("aggregate_id = ? AND version = 1", aggregate_id)), None)

    async def after(self, sequence: int) -> list[Stored]:
        """The events of all aggregates that came after one, at most AT_ONCE of them."""
        return await self._select("sequence > ? ORDER BY sequence LIMIT ?", sequence, AT_ONCE)

    async def keep_snapshot(self, aggregate_id: str, version: int, state: Mapping[str, Any]) -> None:
        """Remember the state of an aggregate at a version, unless a later one is known."""
        await self.database.run(lambda db: db.execute(KEEP, (aggregate_id, version, json.dumps(state))))

    async def published(self, outlet: str) -> int:
        """The sequence up to which an outlet has published."""
        statement = "SELECT coalesce(max(sequence), 0) FROM outlets WHERE name = ?"
        return await self.database.run(lambda db: int(db.execute(statement, (outlet,)).fetchone()[0]))

    async def pending(self, outlet: str) -> list[Stored]:
        """What an outlet has not published yet, oldest first; at most AT_ONCE of it."""
        position = "coalesce((SELECT sequence FROM outlets WHERE name = ?), 0)"
        return await self._select(f"sequence > {position} ORDER BY sequence LIMIT ?", outlet, AT_ONCE)

    async def advance(self, outlet: str, sequence: int) -> None:
        """Remember that an outlet has published everything up to `sequence`."""
        await self.database.run(lambda db: db.execute(ADVANCE, (outlet, sequence)))

    async def _select(self, condition: str, *values: object) -> list[Stored]:
        return await self.database.run(lambda db: select(db, condition, *values))


def select(db: Connection, condition: str, *values: object) -> list[Stored]:
    """The events for which a condition holds; in the thread of the database no event is handled that they come of."""
    return [stored_of(*row) for row in db.execute(f"{SELECT} {condition}", values)]


def row_of(aggregate_id: str, version: int, event: Event) -> tuple[Any, ...]:
    """An event as a row of the table; its metadata may say in which version it is written."""
    about = {"correlation_id": event.correlation_id, "causation_id": event.causation_id, "source": event.source}
    metadata = {**event.metadata, **about, "priority": event.priority.name}
    written = event.metadata.get("event_version", 1)
    texts = (json.dumps(event.payload, ensure_ascii=False), json.dumps(metadata, ensure_ascii=False))
    return event.id, aggregate_id, version, event.type, written, *texts, event.timestamp


def stored_of(
    sequence: int, id_: str, aggregate: str, version: int, type_: str, written: int, data: str, meta: str, at: int
) -> Stored:
    """A row of the table as the event that it was."""
    metadata = json.loads(meta)
    about = {name: metadata.pop(name) for name in ABOUT if name in metadata}
    event = Event(type_, json.loads(data), id=id_, timestamp=at, metadata=metadata, **about)
    return Stored(sequence, aggregate, version, written, event)
