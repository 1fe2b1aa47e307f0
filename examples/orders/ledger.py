"""A ledger: what somebody in the shop must not forget about an order, in the shop's database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from examples.database import Connection, DatabaseThread

__all__ = ["Ledger"]

E = TypeVar("E")

PUT: Final = """
INSERT INTO ledgers VALUES (?, ?, ?) ON CONFLICT (ledger, order_id) DO UPDATE SET entry = excluded.entry
"""
STRIKE: Final = "DELETE FROM ledgers WHERE ledger = ? AND order_id = ?"
READ: Final = "SELECT order_id, entry FROM ledgers WHERE ledger = ? ORDER BY order_id"


class Ledger(Mapping[str, E]):
    """Entries by order, each as JSON can hold it. What is changed counts at once, and is safe when the change returns.

    Changes raise what the database raises; then the entry is safe no more, and another process would not know it.
    """

    def __init__(self, database: DatabaseThread[Connection], name: str) -> None:
        self._database = database
        self._name = name
        self._entries: dict[str, E] = {}

    def __getitem__(self, order_id: str) -> E:
        return self._entries[order_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    async def open(self) -> None:
        """Read what an earlier process has written."""
        rows = await self._database.run(lambda db: list(db.execute(READ, (self._name,))))
        self._entries = {order_id: json.loads(entry) for order_id, entry in rows}

    async def put(self, order_id: str, entry: E) -> None:
        """Write an entry, over another of the same order."""
        self._entries[order_id] = entry
        await self._change(PUT, order_id, json.dumps(entry, ensure_ascii=False))

    async def strike(self, order_id: str) -> E | None:
        """Take out an entry and return it, None if there is none."""
        entry = self._entries.pop(order_id, None)
        if entry is not None:
            await self._change(STRIKE, order_id)
        return entry

    async def _change(self, statement: str, *values: Any) -> None:
        if self._database.lasting:  # else nobody will ever read it
            await self._database.run(lambda db: db.execute(statement, (self._name, *values)))
