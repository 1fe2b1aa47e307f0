"""What is known of an event before it becomes a row."""

from __future__ import annotations

from typing import Final, NamedTuple

from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.decoder import COLUMNS
from eventscope.step import UNKNOWN, Phase

__all__ = ["COLUMN", "NAME_AT", "Envelope"]


class Envelope(NamedTuple):
    """What is known of an event, by the names of the columns; `name` is the envelope that was recognised.

    The last three are no columns: see `eventscope.decoder.COLUMNS`.
    """

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
    phase: int = Phase.PUBLISHED
    attempt: int = 0
    subscription: str | None = None
    error: str | None = None
    handle_ns: int = UNKNOWN
    trace: str | None = None
    span: str | None = None
    alias: str | None = None


COLUMN: Final = {name: index for index, name in enumerate(Envelope._fields)}
NAME_AT: Final = COLUMN["name"]
assert set(COLUMN) == {*COLUMNS, "name"}
