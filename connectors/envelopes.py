"""Envelopes: what the headers and the payload of a broker's message say of the event inside.

Recognised are CloudEvents (binary and structured), the usual plain headers, and JSON objects with the usual names,
among them both shapes of the seed systems. Headers win over the payload, and of several names the most telling one.
The payload itself is never changed. Nothing here raises, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from connectors.foreign_event import ALIASES, ENVELOPES, IDS, METADATA, READERS
from connectors.json_value import LONGEST_ID, Fields, read_fields, text_of
from connectors.logline import priority_of
from connectors.timestamps import read_time
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.payload import clean_text
from eventscope.step import UNKNOWN

__all__ = ["Envelope", "read_envelope", "text_header"]

CLOUD_EVENTS: Final = "cloudevents"

LARGEST_PAYLOAD: Final = 256 * 2**10
"""Larger payloads are not looked into: the loop that receives them has other things to do."""


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


NOTHING: Final = Envelope()

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

# Where a value comes from decides before its name does: lower ranks win.
CLOUD_RANK, HEADER_RANK, PAYLOAD_RANK, METADATA_RANK = 0, 100, 200, 300

Found = dict[str, tuple[int, Any]]
"""For each column the best value so far, and its rank."""


def read_envelope(headers: Iterable[tuple[str, Any]], payload: bytes | None, defaults: Envelope = NOTHING) -> Envelope:
    """What headers (properties of the protocol among them) and payload say, completed by `defaults`."""
    found: Found = {}
    outer = _from_headers(headers, found)
    inner = None if payload is None else _from_payload(payload, found)
    if not found:
        return defaults
    name = outer if outer == CLOUD_EVENTS else inner or outer
    values = {column: value for column, (_, value) in found.items()}
    return defaults._replace(**values, name=name or defaults.name)


def text_header(value: Any) -> str | None:
    """A header's value as the text of a column: 16 bytes that are no text are a UUID."""
    if value is None:
        return None
    if not isinstance(value, bytes):
        return clean_text(value) or None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return str(UUID(bytes=value)) if len(value) == 16 else value.hex()[:LONGEST_ID]
    return text or None


def _from_headers(headers: Iterable[tuple[str, Any]], found: Found) -> str | None:
    name = None
    for header, value in headers:
        slot = _header_slot(header)
        if slot is None:
            continue
        column, rank, read = slot
        if (text := text_header(value)) is not None and (item := read(text)) is not None:
            _keep(found, column, rank, item)
            name = CLOUD_EVENTS if CLOUD_RANK <= rank < HEADER_RANK else name or "headers"
    return name


@lru_cache(maxsize=4096)
def _header_slot(header: str) -> tuple[str, int, Callable[[str], Any]] | None:
    """The column that a header fills, the rank of its value, and how it is read."""
    cloud = CLOUD_PREFIX.match(header)
    name = header[cloud.end() :] if cloud else header
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    for column, names in HEADERS.items():
        for spelling in {plain, name.lower()}:
            if spelling in names:
                rank = names.index(spelling) + (CLOUD_RANK if cloud else HEADER_RANK)
                if spelling == "traceparent":
                    return column, CLOUD_RANK - 1, _trace_id
                return column, rank, TEXT_READERS.get(column, _text)
    return None


def _text(text: str) -> str | None:
    return text or None


def _trace_id(text: str) -> str | None:
    found = TRACEPARENT.fullmatch(text)
    return found[1] if found else None


def _time(text: str) -> int | None:
    time = read_time(text)
    return None if time == UNKNOWN else time


def _priority(text: str) -> int | None:
    priority = priority_of(text)
    return None if priority == UNKNOWN_PRIORITY else priority


TEXT_READERS: Final[dict[str, Callable[[str], Any]]] = {"occurred_at": _time, "priority": _priority}


def _from_payload(payload: bytes, found: Found) -> str | None:
    """Look into a JSON object; the name of its shape if it has one."""
    if len(payload) > LARGEST_PAYLOAD or payload[:64].lstrip()[:1] != b"{":
        return None
    try:
        fields, _ = read_fields(payload)
        _from_fields(fields, PAYLOAD_RANK, JSON_SLOTS, found)
        nested = next((fields[name] for name in METADATA if fields.get(name, b"").startswith(b"{")), None)
        if nested:
            _from_fields(read_fields(nested)[0], METADATA_RANK, METADATA_SLOTS, found)
    except (ValueError, RecursionError):
        return None
    return next((name for name, members in ENVELOPES if fields.keys() >= members), None)


def _from_fields(fields: Fields, rank: int, slots: dict[str, tuple[str, int]], found: Found) -> None:
    for name, raw in fields.items():
        slot = slots.get(name)
        if slot is None or raw[:1] in (b"{", b"["):
            continue
        column, order = slot
        value = READERS[column](raw) if column in READERS else text_of(raw)
        if value is not None:
            _keep(found, column, rank + order, value)


def _keep(found: Found, column: str, rank: int, value: Any) -> None:
    if column not in found or rank < found[column][0]:
        found[column] = (rank, value)


def _slots(columns: Sequence[str]) -> dict[str, tuple[str, int]]:
    return {name: (column, order) for column in columns for order, name in enumerate(ALIASES[column])}


JSON_SLOTS: Final = _slots(tuple(ALIASES))
METADATA_SLOTS: Final = _slots(IDS)
