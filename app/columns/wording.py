"""Wording: how the values of an event are written into the cells of a table.

All text is cut and freed of control characters here, so that nothing later can be slow or misled by it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.display import display
from app.filter.json_path import Several
from app.filter.values import WORDS
from app.store.stored import StoredEvent

__all__ = ["CELL_LIMIT", "cell", "latency_text", "moment", "short_id", "size_text", "value_text"]

CELL_LIMIT: Final = 300
"""Characters of a cell; a wide screen shows fewer."""

MOST_VALUES: Final = 20
"""How many of the values that a path leads to are written into one cell."""


def moment(event: StoredEvent) -> int:
    """When it happened, or when it reached us if the source does not say; ns since the epoch."""
    return event.observed_at if event.occurred_at is None else event.occurred_at


def cell(text: str | None) -> str:
    """Hostile text made fit for one line of a cell."""
    return display(text, limit=CELL_LIMIT) if text else ""


def short_id(text: str) -> str:
    """An id short enough to compare by eye: its head and its tail, where ids of one program differ."""
    return text if len(text) <= 9 else f"{text[:4]}…{text[-4:]}"


def latency_text(ns: float | None) -> str:
    """Milliseconds with two decimals, so that a column of them is aligned on the point."""
    return "" if ns is None else f"{ns / 1e6:,.2f}"


def size_text(size: int | None) -> str:
    """Bytes with a unit."""
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 2**20 else f"{size / 2**20:,.1f} MB"


def value_text(value: Any) -> str:
    """A JSON value as text, not yet made safe: of many the first ones, of an object its JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, Several):
        more = ", …" if len(value) > MOST_VALUES else ""
        return ", ".join(map(value_text, value[:MOST_VALUES])) + more
    return msgspec.json.encode(value).decode("utf-8", "replace")
