"""Wording: what the detail says of an event, by groups of names and values."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec

from app.commands.row_text import clock_time, priority_name
from app.decoding import Recognition
from app.detail.json_text import json_text_of
from app.exports.times import rfc3339
from app.gaps import gap_sentence, is_gap
from app.payload import header_pairs
from app.store.stored import StoredEvent
from connectors.envelopes.explain import as_it_came
from eventscope.step import Phase

__all__ = ["envelope", "facts", "headers", "recognised", "summary_of"]

COLUMN_NAMES: Final = {"correlation_id": "correlation", "causation_id": "caused by", "occurred_at": "occurred"}
"""Columns whose names in the window are others."""

NUMBER_SIZES: Final = (4, 8)
UUID_BYTES: Final = 16


def summary_of(event: StoredEvent) -> str:
    """One line: what happened, when, by whom, to whom, how long it took. Of a gap: what it is."""
    if is_gap(event):
        return gap_sentence(event)
    parts = [
        f"{Phase(event.phase).label} {clock_time(event.occurred_at or event.observed_at)}",
        f"by {event.producer}" if event.producer else "",
        f"to {event.subscription}" if event.subscription else "",
        f"waited {milliseconds(event.queue_ns)}" if event.queue_ns is not None else "",
        f"handled in {milliseconds(event.handle_ns)}" if event.handle_ns is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def envelope(event: StoredEvent) -> dict[str, Any]:
    """What identifies the event; unknown fields are left out."""
    fields = {
        "type": event.type,
        "category": event.category,
        "priority": priority_name(event.priority) or None,
        "id": event.id,
        "correlation": event.correlation_id,
        "caused by": event.causation_id,
        "key": event.key,
        "producer": event.producer,
        "phase": Phase(event.phase).label,
        "subscription": event.subscription,
        "attempt": event.attempt,
        "occurred": rfc3339(event.occurred_at),
    }
    return {name: value for name, value in fields.items() if value is not None}


def facts(event: StoredEvent) -> dict[str, Any]:
    """Where and how we came to see it."""
    fields = {
        "source": event.source,
        "channel": event.channel,
        "observed": rfc3339(event.observed_at),
        "waited": milliseconds(event.queue_ns),
        "handled in": milliseconds(event.handle_ns),
        "total": milliseconds(event.total_ns),
        "subscriptions": event.fanout,
        "size": None if event.size is None else f"{event.size:,} bytes",
        "recognised as": event.envelope,
        "number": event.seq,
    }
    return {name: value for name, value in fields.items() if value is not None}


def recognised(recognition: Recognition) -> dict[str, str]:
    """Which envelope it was taken for, and for each column the rule that filled it."""
    told = {"as": recognition.badge} if recognition.badge else {}
    for reason in recognition.reasons:
        name = COLUMN_NAMES.get(reason.column, reason.column)
        told[name] = " · ".join(part for part in (reason.envelope, reason.place) if part)
    if recognition.decoded is not None and (why := recognition.decoded.error or recognition.decoded.note):
        told["payload"] = why
    for column, value in recognition.anew.items():
        told[f"{COLUMN_NAMES.get(column, column)}, as chosen now"] = str(value)
    return told


def headers(event: StoredEvent) -> tuple[tuple[str, Any], ...]:
    """The headers in their order; names may repeat."""
    return tuple((name, told(plain(value))) for name, value in header_pairs(event.headers)) if event.headers else ()


def told(value: Any) -> Any:
    """A header's value for the tree: what has members is read in place."""
    return json_text_of(value).root if isinstance(value, dict | list) else value


def plain(value: Any) -> Any:
    """A header's value; a number that was kept as it was written becomes that text.

    Bytes that are no text are a number or a UUID if they have the length of one, as clients for Java write them.
    """
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    if isinstance(value, str) and not value.isprintable() and len(raw := as_it_came(value)) in NUMBER_SIZES:
        return f"{int.from_bytes(raw, 'big', signed=True)} ({len(raw)} bytes)"
    if isinstance(value, str) and "\\x" in value and len(raw := as_it_came(value)) == UUID_BYTES:
        return str(UUID(bytes=raw))
    return value


def milliseconds(ns: float | None) -> str | None:
    """A duration for reading."""
    return None if ns is None else f"{ns / 1e6:,.3f} ms"
