"""What is known of an event before it becomes a row, and how values compete for its columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from connectors.timestamps import EPOCH, read_time
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.step import UNKNOWN

__all__ = ["COLUMN", "NAME_AT", "UNRANKED", "Envelope", "Reader", "Slot", "offer", "plain_time"]

NAIVE_EPOCH: Final = EPOCH.replace(tzinfo=None)
LONGEST_PLAIN_TIME: Final = len("2026-01-31T12:00:00.123456Z")
FIRST_YEAR, LAST_YEAR = "1700", "2262"
"""Nanoseconds reach a little further; what lies outside goes the long way."""


class Envelope(NamedTuple):
    """What is known of an event, by the names of the columns; `name` is the envelope that was recognised."""

    type: str | None = None
    category: str | None = None
    id: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    priority: int = UNKNOWN_PRIORITY
    occurred_at: int = UNKNOWN
    producer: str | None = None
    key: str | None = None
    name: str | None = None


# Where a value comes from decides before its name does: lower ranks win.
CLOUD_RANK, HEADER_RANK, PAYLOAD_RANK, METADATA_RANK, NO_RANK = 0, 100, 200, 300, 1_000

COLUMN: Final = {name: index for index, name in enumerate(Envelope._fields)}
UNRANKED: Final = [NO_RANK] * len(COLUMN)
NAME_AT: Final = COLUMN["name"]

Reader = Callable[[Any], Any]
Slot = tuple[int, int, Reader]
"""The column that a value fills, its rank, and how it is read."""


def offer(values: list[Any], ranks: list[int], slot: Slot, raw: Any) -> bool:
    """Take over a value if it can be read, and is better than what its column has."""
    column, rank, read = slot
    if rank < ranks[column] and (value := read(raw)) is not None:
        values[column], ranks[column] = value, rank
        return True
    return False


def plain_time(text: str) -> int | None:
    """Nanoseconds; times as most programs write them, with at most six digits behind the second, the short way."""
    if len(text) <= LONGEST_PLAIN_TIME and text[10:11] == "T" and FIRST_YEAR < text < LAST_YEAR:
        try:
            moment = datetime.fromisoformat(text)
            since = moment - (EPOCH if moment.tzinfo else NAIVE_EPOCH)
            return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
        except ValueError:
            pass
    time = read_time(text)
    return None if time == UNKNOWN or not text else time
