"""The projection: what each event changes in the tables of the read model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from examples.orders.event_store import Stored
from examples.orders.upgrades import upgrade

__all__ = ["project"]

Payload = Mapping[str, Any]

ADD_ORDER: Final = """
INSERT INTO orders (order_id, customer_id, status, total_amount, shipping_address, created_at)
VALUES (?, ?, 'pending', ?, ?, ?)
"""
ADD_ITEM: Final = "INSERT INTO order_items VALUES (:order_id, :product_id, :product_name, :quantity, :unit_price)"
LINE: Final = "SELECT rowid FROM order_items WHERE order_id = ? AND product_id = ? AND quantity >= ? ORDER BY rowid"
PRICES: Final = "SELECT quantity, unit_price FROM order_items WHERE order_id = ?"


def project(db: sqlite3.Connection, stored: Stored) -> None:
    """Take in one event; of a type that concerns no order nothing is changed."""
    event = stored.event
    if change := CHANGES.get(event.type):
        change(db, upgrade(event.type, stored.event_version, event.payload), event.timestamp)


def created(db: sqlite3.Connection, order: Payload, at: int) -> None:
    """A row for the order, and one for each line."""
    address = json.dumps(order["shipping_address"], ensure_ascii=False)
    db.execute(ADD_ORDER, (order["order_id"], order["customer_id"], order["total_amount"], address, at))
    db.executemany(ADD_ITEM, ({"order_id": order["order_id"], **item} for item in order["items"]))


def item_added(db: sqlite3.Connection, change: Payload, at: int) -> None:
    """One more line."""
    db.execute(ADD_ITEM, dict(change))
    add_up(db, change["order_id"])


def item_removed(db: sqlite3.Connection, change: Payload, at: int) -> None:
    """A line less, or less of it."""
    line = db.execute(LINE, (change["order_id"], change["product_id"], change["quantity"])).fetchone()
    db.execute("UPDATE order_items SET quantity = quantity - ? WHERE rowid = ?", (change["quantity"], *line))
    db.execute("DELETE FROM order_items WHERE rowid = ? AND quantity = 0", line)
    add_up(db, change["order_id"])


def add_up(db: sqlite3.Connection, order_id: str) -> None:
    """Write what the lines of an order cost."""
    rows = db.execute(PRICES, (order_id,)).fetchall()
    total = sum((quantity * Decimal(price) for quantity, price in rows), Decimal("0.00"))
    db.execute("UPDATE orders SET total_amount = ? WHERE order_id = ?", (str(total), order_id))


def address_changed(db: sqlite3.Connection, change: Payload, at: int) -> None:
    """The parcel goes elsewhere."""
    address = json.dumps(change["new_address"], ensure_ascii=False)
    db.execute("UPDATE orders SET shipping_address = ? WHERE order_id = ?", (address, change["order_id"]))


def becomes(status: str) -> Callable[[sqlite3.Connection, Payload, int], None]:
    """What changes when an order gets a status."""
    statement = f"UPDATE orders SET status = ?, {status}_at = ? WHERE order_id = ?"  # noqa: S608

    def change(db: sqlite3.Connection, fact: Payload, at: int) -> None:
        db.execute(statement, (status, at, fact["order_id"]))

    return change


CHANGES: Final[Mapping[str, Callable[[sqlite3.Connection, Payload, int], None]]] = {
    "order.created": created,
    "order.item_added": item_added,
    "order.item_removed": item_removed,
    "order.address_changed": address_changed,
    **{f"order.{status}": becomes(status) for status in ("paid", "shipped", "delivered", "cancelled")},
}
