"""What can be asked of the read model: one order, a page of orders, and the figures of a time."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from examples.database import Database

__all__ = ["ListOrders", "OrderQueries"]

ORDER: Final = """
SELECT order_id, customer_id, status, total_amount, shipping_address,
       created_at, paid_at, shipped_at, delivered_at, cancelled_at
FROM orders WHERE order_id = ?
"""
ITEMS: Final = """
SELECT product_id, product_name, quantity, unit_price FROM order_items WHERE order_id = ? ORDER BY rowid
"""
PAGE: Final = """
SELECT o.order_id, o.customer_id, o.status, o.total_amount, o.created_at, count(i.order_id) AS item_count
FROM orders o LEFT JOIN order_items i USING (order_id)
WHERE coalesce(:customer_id, o.customer_id) = o.customer_id AND coalesce(:status, o.status) = o.status
GROUP BY o.order_id ORDER BY o.created_at DESC, o.order_id LIMIT :size OFFSET :offset
"""
OPEN: Final = "SELECT order_id FROM orders WHERE status NOT IN ('delivered', 'cancelled') ORDER BY created_at, order_id"
FIGURES: Final = "SELECT status, total_amount FROM orders WHERE created_at >= ? AND created_at < ?"


@dataclass(frozen=True)
class ListOrders:
    """Which orders, newest first; `page` counts from 1."""

    customer_id: str | None = None
    status: str | None = None
    page: int = 1
    page_size: int = 20


class OrderQueries:
    """The read side of the shop. Answers are plain data; times are nanoseconds since the epoch, UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, order_id: str) -> dict[str, Any] | None:
        """Everything about one order, if there is one."""

        def ask(db: sqlite3.Connection) -> dict[str, Any] | None:
            found = rows(db.execute(ORDER, (order_id,)))
            if not found:
                return None
            address = json.loads(found[0]["shipping_address"])
            return found[0] | {"shipping_address": address, "items": rows(db.execute(ITEMS, (order_id,)))}

        return await self._database.run(ask)

    async def orders(self, query: ListOrders) -> list[dict[str, Any]]:
        """A page of orders, a line for each."""
        offset = (query.page - 1) * query.page_size
        values = {"customer_id": query.customer_id, "status": query.status, "size": query.page_size, "offset": offset}
        return await self._database.run(lambda db: rows(db.execute(PAGE, values)))

    async def open_orders(self) -> list[str]:
        """The ids of the orders that are not over, oldest first."""
        return await self._database.run(lambda db: [row[0] for row in db.execute(OPEN)])

    async def analytics(self, date_from: int, date_to: int) -> dict[str, Any]:
        """How many orders of that time are how far, and what those bring that were not cancelled."""
        found = await self._database.run(lambda db: db.execute(FIGURES, (date_from, date_to)).fetchall())
        revenue = sum((Decimal(total) for status, total in found if status != "cancelled"), Decimal("0.00"))
        by_status = dict(Counter(status for status, _ in found))
        return {"orders": len(found), "by_status": by_status, "revenue": str(revenue)}


def rows(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    """What a statement found, by the names of the columns."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
