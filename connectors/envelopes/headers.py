"""What headers say of an event: those of CloudEvents, the trace context, and the usual plain names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from connectors.envelopes.envelope import CLOUD_RANK, COLUMN, HEADER_RANK, Reader, Slot, offer, plain_time
from connectors.file.json_value import LONGEST_ID
from connectors.file.logline import priority_of
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.payload import clean_text

__all__ = ["CLOUD_EVENTS", "from_headers", "text_header"]

CLOUD_EVENTS: Final = "cloudevents"

HEADERS: Final = {
    "type": ("type", "event_type", "event_name"),
    "category": ("category", "event_category"),
    "id": ("id", "message_id", "event_id", "x_message_id"),
    "correlation_id": (
        *("traceparent", "correlationid", "correlation_id", "kafka_correlationid", "x_correlation_id"),
        *("conversation_id", "x_conversation_id", "trace_id", "x_trace_id", "x_request_id", "request_id"),
    ),
    "causation_id": ("causationid", "causation_id", "x_causation_id", "parent_id", "event_parent_id"),
    "priority": ("priority", "event_priority"),
    "occurred_at": ("time", "timestamp", "occurred_at", "x_timestamp"),
    "producer": ("source", "producer", "app_id", "source_id", "x_source", "service"),
    "key": ("subject", "partitionkey"),
}
"""The names of headers in lower case with `_` between words, the most telling first."""

CLOUD_PREFIX: Final = re.compile(r"(?i:ce_|cloudevents[_:])")
TRACEPARENT: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")


def from_headers(headers: Iterable[tuple[str, Any]], values: list[Any], ranks: list[int]) -> str | None:
    """Fill in what the headers say; the name of their envelope if they have one."""
    name = None
    for header, value in headers:
        slot = _header_slot(header)
        if slot is not None and offer(values, ranks, slot, value):
            name = CLOUD_EVENTS if CLOUD_RANK <= slot[1] < HEADER_RANK else name or "headers"
    return name


def text_header(value: Any) -> str | None:
    """A header's value as the text of a column: 16 bytes that are no text are a UUID."""
    if not isinstance(value, bytes):
        return clean_text(value) or None
    try:
        return value.decode() or None
    except UnicodeDecodeError:
        return str(UUID(bytes=value)) if len(value) == 16 else value.hex()[:LONGEST_ID]


@lru_cache(maxsize=4096)
def _header_slot(header: str) -> Slot | None:
    """What a header of this name fills, if anything."""
    cloud = CLOUD_PREFIX.match(header)
    name = header[cloud.end() :] if cloud else header
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    for column, names in HEADERS.items():
        spelling = next((each for each in (words, name.lower()) if each in names), None)
        if spelling == "traceparent":
            return COLUMN[column], CLOUD_RANK - 1, _trace_id
        if spelling is not None:
            rank = names.index(spelling) + (CLOUD_RANK if cloud else HEADER_RANK)
            return COLUMN[column], rank, HEADER_READERS.get(column, text_header)
    return None


def _trace_id(value: Any) -> str | None:
    found = TRACEPARENT.fullmatch(text_header(value) or "")
    return found[1] if found else None


def _header_time(value: Any) -> int | None:
    return plain_time(text_header(value) or "")


def _header_priority(value: Any) -> int | None:
    priority = priority_of(text_header(value) or "")
    return None if priority == UNKNOWN_PRIORITY else priority


HEADER_READERS: Final[dict[str, Reader]] = {"occurred_at": _header_time, "priority": _header_priority}
