"""The sources that tests watch through connectors: a bus in this process, a tapped bus, files, tables, datagrams."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.inprocess import InProcessConnector, InProcessOptions
from connectors.registry import open_source
from eventscope import EventBus
from eventscope.connector import Connector, headers_text
from eventscope.event import Event
from eventscope.payload import payload_bytes
from tests.connectors.conformance import World

ALL = (
    *("type", "category", "priority", "id", "correlation_id", "causation_id", "producer"),
    *("payload", "headers", "occurred_at", "phase"),
)


def facts(event: Event) -> dict[str, Any]:
    """Every column of a PUBLISHED row, as connectors that lose nothing give it."""
    headers = payload_bytes([[name, value] for name, value in event.metadata.items()])
    return {
        "type": event.type,
        "category": event.category,
        "priority": event.priority,
        "id": event.id,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "producer": event.source or None,
        "payload": payload_bytes(event.payload),
        "headers": headers.decode() if headers and event.metadata else None,
        "occurred_at": event.timestamp,
        "phase": 0,
    }


class BusWorld(World):
    """A bus without subscriptions, so that each event is one row."""

    keeps = ALL

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus

    async def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            await self.bus.publish(event)

    def expected(self, event: Event) -> Mapping[str, Any]:
        return facts(event)


class InProcessWorld(BusWorld):
    scheme = "inprocess"

    def connector(self) -> Connector:
        return InProcessConnector(InProcessOptions(), self.bus)


class TapWorld(BusWorld):
    """Publishes through a tap that is opened for each call, and closed so that nothing is left to send."""

    scheme = "tap"

    def __init__(self, bus: EventBus, address: Path) -> None:
        super().__init__(bus)
        self.address = address

    def connector(self) -> Connector:
        return open_source(f"tap:{self.address}")

    async def publish(self, events: Sequence[Event]) -> None:
        tap = self.bus.tap(self.address)
        await super().publish(events)
        await asyncio.to_thread(tap.close)


class FileWorld(World):
    """A JSON Lines file as Eventscope writes it."""

    scheme = "file"
    keeps = ALL

    def __init__(self, path: Path, follow: int = 1) -> None:
        self.path = path
        self.follow = follow
        self.ends = not follow
        path.touch()

    def connector(self) -> Connector:
        return open_source(f"file:{self.path}?follow={self.follow}")

    async def publish(self, events: Sequence[Event]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(own_line(event) + "\n" for event in events)

    def expected(self, event: Event) -> Mapping[str, Any]:
        given = facts(event)
        pairs = list(event.metadata.items())
        return given | {"headers": headers_text(pairs) if pairs else None}


def own_line(event: Event) -> str:
    """An event as one line of `tail --format jsonl`."""
    payload = payload_bytes(event.payload)
    members: dict[str, Any] = {
        "seq": 1,
        "id": event.id,
        "type": event.type,
        "category": event.category,
        "priority": event.priority.name,
        "source": "test",
        "producer": event.source,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "occurred_at": rfc3339(event.timestamp),
        "observed_at": rfc3339(event.timestamp),
        "phase": "published",
        "headers": [list(pair) for pair in event.metadata.items()],
    }
    if payload is not None:
        members |= {"payload": base64.b64encode(payload).decode(), "payload_encoding": "base64"}
    return json.dumps({name: value for name, value in members.items() if value not in (None, [])})


def rfc3339(nanoseconds: int) -> str:
    seconds, fraction = divmod(nanoseconds, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:09}Z"


class SqliteWorld(World):
    """The table of an event store, one aggregate for each correlation."""

    scheme = "sqlite"
    keeps = tuple(column for column in ALL if column != "headers")

    def __init__(self, path: Path, follow: int = 1) -> None:
        self.path = path
        self.follow = follow
        self.ends = not follow
        with self._database() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, event_id, aggregate_id,"
                " event_type, data, metadata, occurred_at)"
            )

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self.path)) as database, database:
            yield database

    def connector(self) -> Connector:
        return open_source(f"sqlite:{self.path}?follow={self.follow}")

    async def publish(self, events: Sequence[Event]) -> None:
        rows = [self._row(event) for event in events]
        with self._database() as database:
            database.executemany("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?)", rows)

    def expected(self, event: Event) -> Mapping[str, Any]:
        return facts(event)

    def _row(self, event: Event) -> tuple[Any, ...]:
        about = {
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "category": event.category,
            "priority": event.priority.name,
            "source": event.source,
            **event.metadata,
        }
        payload = payload_bytes(event.payload)
        return event.id, event.correlation_id, event.type, payload, json.dumps(about), event.timestamp


class UdpWorld(World):
    """Datagrams to a free port."""

    scheme = "udp"

    def __init__(self, kind: type[Connector]) -> None:
        self._kind = kind
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def connector(self) -> Connector:
        return self._kind(self._kind.Options(port=self.port))

    async def publish(self, events: Sequence[Event]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number, event in enumerate(events):
                sender.sendto(self._datagram(event), ("127.0.0.1", self.port))
                if number % 50 == 49:
                    await asyncio.sleep(0.005)  # a datagram that finds no room is gone

    def expected(self, event: Event) -> Mapping[str, Any]:
        return facts(event) | {"payload": self._datagram(event)}

    def _datagram(self, event: Event) -> bytes:
        payload = payload_bytes(event.payload) or b""
        members = {
            "type": event.type,
            "id": event.id,
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "payload": payload[:1_000].decode("utf-8", "replace"),
        }
        return json.dumps(members).encode()
