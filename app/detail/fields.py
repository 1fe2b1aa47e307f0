"""Fields: by which name filters and columns know what stands in a row of the detail's tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from app.columns.fields import field_of
from app.detail.json_text import JsonValue, decoded_text
from app.filter.clause import clause
from app.filter.json_path import path_text
from app.filter.query import FilterError, parse
from app.store.stored import StoredEvent

__all__ = ["clause_of", "field_name", "scalar_text"]

Keys = Sequence[str | int]
"""Names of members and numbers of elements, from the group to the row."""

BUILT_IN: Final = {
    "Envelope": {
        **{name: name for name in ("type", "category", "priority", "id", "correlation", "key", "producer", "phase")},
        **{"caused by": "causation", "subscription": "subscription", "attempt": "attempt", "occurred": "time"},
    },
    "Source facts": {
        **{name: name for name in ("source", "channel", "observed", "size", "number")},
        **{"waited": "queue", "handled in": "handle", "total": "latency"},
        **{"recognised as": "envelope", "subscriptions": "fanout"},
    },
}
"""The names in the tree of what has a field of its own."""


def field_name(group: str, keys: Keys) -> str | None:
    """The field that a row shows, None for what neither filter nor column can name."""
    first = str(keys[0]) if keys else ""
    if group in BUILT_IN:
        return BUILT_IN[group].get(first) if len(keys) == 1 else None
    if group == "Headers":
        return f"header.{first}" if first and len(keys) == 1 else None
    return f"payload.{path_text(keys)}" if group == "Payload (json)" and keys else None


def clause_of(event: StoredEvent, field: str, value: Any) -> str | None:
    """The filter that selects the events which say the same in a field, None when there is none."""
    if field.startswith(("header.", "payload.")):
        text = scalar_text(value)
        return None if text is None else possible(clause(field, text))
    return possible(field_of(field).clause(event))


def possible(text: str) -> str | None:
    """A filter if it can be written: what a program calls a field may be too much for it."""
    try:
        parse(text)
    except FilterError:
        return None
    return text or None


def scalar_text(value: Any) -> str | None:
    """A value as a text, without quotes; None for what has members."""
    if isinstance(value, JsonValue):
        if value.is_container:
            return None
        return decoded_text(value.raw) if value.raw.startswith(b'"') else value.raw.decode("utf-8", "replace")
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value) if isinstance(value, str | int | float) else None
