"""The read model: tables made for questions, kept by a projection that reads the event store from where it was.

It can be thrown away and built again: the tables say how far they have come, in the same transaction.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from eventscope import Event, EventBus, EventHandler
from examples.component import Component
from examples.database import TEMPORARY, Database
from examples.orders.event_store import AT_ONCE, EventStore, Stored
from examples.orders.projection import project

__all__ = ["TABLES", "ReadModel"]

TABLES: Final = """
CREATE TABLE IF NOT EXISTS orders (
    order_id         TEXT PRIMARY KEY,
    customer_id      TEXT NOT NULL,
    status           TEXT NOT NULL,
    total_amount     TEXT NOT NULL,
    shipping_address TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    paid_at          INTEGER,
    shipped_at       INTEGER,
    delivered_at     INTEGER,
    cancelled_at     INTEGER
);
CREATE TABLE IF NOT EXISTS order_items (
    order_id     TEXT NOT NULL REFERENCES orders,
    product_id   TEXT NOT NULL,
    product_name TEXT NOT NULL,
    quantity     INTEGER NOT NULL,
    unit_price   TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS items_of_order ON order_items (order_id);
CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL);
"""
FORGET: Final = ("DELETE FROM order_items", "DELETE FROM orders", "DELETE FROM progress")
FAR: Final = "SELECT coalesce(max(sequence), 0) FROM progress"


class ReadModel(Component):
    """Follows the store whenever the bus says that something was stored; what was missed then comes along."""

    def __init__(self, store: EventStore, event_bus: EventBus, path: str | Path = TEMPORARY) -> None:
        super().__init__(event_bus, "read_model")
        self.database = Database(path, TABLES)
        self._store = store
        self._turn = asyncio.Lock()
        self._far: int | None = None

    @EventHandler.on("order.*", subscription_name="order_read_model")
    async def follow(self, event: Event) -> None:
        """Something was stored."""
        await self.work(2)
        await self.catch_up()

    async def catch_up(self) -> None:
        """Take in what is in the store by now."""
        async with self._turn:
            if self._far is None:
                self._far = await self.database.run(lambda db: int(db.execute(FAR).fetchone()[0]))
            while stored := await self._store.after(self._far):
                await self._take_in(stored)
                self._far = stored[-1].sequence
                if len(stored) < AT_ONCE:
                    break

    async def rebuild(self) -> None:
        """Forget everything, and build it again from the history."""

        def forget(db: sqlite3.Connection) -> None:
            for statement in FORGET:
                db.execute(statement)

        async with self._turn:
            await self.database.run(forget)
            self._far = 0
        await self.catch_up()

    async def _take_in(self, stored: Iterable[Stored]) -> None:
        def take_in(db: sqlite3.Connection) -> None:
            for each in stored:
                project(db, each)
                db.execute("INSERT OR REPLACE INTO progress VALUES (1, ?)", (each.sequence,))

        await self.database.run(take_in)
