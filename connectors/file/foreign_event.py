"""Events in the JSON of other programs: the columns are found under the names that programs commonly use.

Where an object wraps a payload, the payload is that, and what fills no column is kept as headers. Where the
fields of the event lie side by side, the payload is the whole object. Either way nothing is lost.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from connectors.file.json_value import Fields, read_fields, text_of, value_of
from connectors.file.logline import priority_of
from connectors.timestamps import read_time
from eventscope.connector import UNKNOWN_PRIORITY, Record, headers_text
from eventscope.payload import clean_text
from eventscope.step import UNKNOWN

__all__ = ["read_foreign_event"]

ALIASES: Final = {
    "type": ("event_type", "eventType", "type", "event_name", "eventName", "event", "name"),
    "id": ("event_id", "eventId", "id", "message_id", "messageId", "uuid"),
    "category": ("category",),
    "correlation_id": (
        *("correlation_id", "correlationId", "correlationid", "correlation", "conversation_id", "conversationId"),
        *("trace_id", "traceId", "request_id", "requestId"),
    ),
    "causation_id": (
        *("causation_id", "causationId", "causationid", "causation", "caused_by", "parent_event_id"),
        *("parent_id", "parentId", "event_parent_id"),
    ),
    "producer": ("producer", "source", "service", "app", "logger"),
    "key": ("key", "aggregate_id", "aggregateId", "entity_id", "subject"),
    "occurred_at": ("occurred_at", "occurredAt", "timestamp", "time", "@timestamp", "ts", "created_at", "createdAt"),
    "priority": ("priority",),
}
"""The names under which a column is looked for, the most telling first."""

IDS: Final = ("id", "correlation_id", "causation_id", "producer")
"""Columns that are also looked for in the metadata."""

PAYLOADS: Final = ("payload", "data", "event_data", "eventData", "body", "data_base64")
METADATA: Final = ("metadata", "headers", "meta")

ENVELOPES: Final = (
    ("cloudevents", {"specversion", "type", "source"}),
    ("event store", {"event_type", "aggregate_id"}),
    ("domain event", {"event_type", "event_id"}),
)
"""Shapes with a name, and the members by which they are recognised."""


def read_foreign_event(fields: Fields, line: bytes, *, exact: bool = True) -> Record:
    """The row of the object in `line`. When its values are not `exact`, the payload is the whole line."""
    metadata_name = next((name for name in METADATA if fields.get(name, b"").startswith(b"{")), None)
    metadata = read_fields(fields[metadata_name])[0] if metadata_name else {}
    columns, used = _columns(fields, metadata)
    payload_name = next((name for name in PAYLOADS if name in fields), None) if exact else None
    if payload_name is None:
        return Record(payload=line, envelope=_envelope(fields), **columns)
    rest = {name: raw for name, raw in fields.items() if name not in {*used, payload_name, metadata_name}}
    pairs = [(name, value_of(raw)) for name, raw in (rest | metadata).items()]
    return Record(
        payload=_payload(payload_name, fields[payload_name]),
        headers=headers_text(pairs) if pairs else None,
        envelope=_envelope(fields),
        **columns,
    )


def _columns(fields: Fields, metadata: Fields) -> tuple[dict[str, Any], set[str]]:
    """The columns that can be filled, and the names of the members that fill them."""
    columns: dict[str, Any] = {}
    used: set[str] = set()
    for column, names in ALIASES.items():
        read = READERS.get(column, _scalar)
        for scope in (fields, metadata) if column in IDS else (fields,):
            name = next((name for name in names if name in scope and read(scope[name]) is not None), None)
            if name and column not in columns:
                columns[column] = read(scope[name])
                used |= {name} if scope is fields else set()
    return columns, used


def _scalar(raw: bytes) -> str | None:
    return None if raw[:1] in (b"{", b"[") else text_of(raw)


def _time(raw: bytes) -> int | None:
    time = UNKNOWN if raw in (b"true", b"false") else read_time(_scalar(raw) or "")
    return None if time == UNKNOWN else time


def _priority(raw: bytes) -> int | None:
    priority = priority_of(_scalar(raw) or "")
    return None if priority == UNKNOWN_PRIORITY else priority


READERS: Final[dict[str, Callable[[bytes], Any]]] = {"occurred_at": _time, "priority": _priority}


def _payload(name: str, raw: bytes) -> bytes | None:
    """The payload itself: text and base64 unpacked, other JSON as it stands."""
    if raw == b"null":
        return None
    if not raw.startswith(b'"'):
        return raw
    text = clean_text(value_of(raw)) or ""
    if name != "data_base64":
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def _envelope(fields: Fields) -> str | None:
    return next((name for name, members in ENVELOPES if fields.keys() >= members), None)
