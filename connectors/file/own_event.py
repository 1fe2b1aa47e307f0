"""Events in the JSON that Eventscope itself writes (`tail`, `record`, `export`), read back into rows.

Everything comes back as it was, the name of the source, the time of observation and the comment included. Only the
number of the row is given anew.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Final

from connectors.file.json_value import Fields, text_of, value_of
from connectors.file.logline import priority_of
from connectors.timestamps import read_time, small_decimal
from eventscope.connector import Record, Replay, headers_text
from eventscope.step import Phase

__all__ = ["is_own_event", "read_own_event"]

MARKS: Final = frozenset({"seq", "phase", "observed_at"})

PHASES: Final = {phase.label: int(phase) for phase in Phase}


def is_own_event(fields: Fields) -> bool:
    """Whether these are the members of an event that Eventscope has written."""
    return fields.keys() >= MARKS


def read_own_event(fields: Fields) -> Record:
    """The row of such an event; raises ValueError if a member is not as we write it."""
    try:
        values = {column: read(fields[name]) for name, (column, read) in READERS.items() if name in fields}
        return Record(**values, payload=_payload(fields), replay=_replay(fields))
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"no event as Eventscope writes it: {error}") from error


def _replay(fields: Fields) -> Replay:
    observed_at = _time(fields["observed_at"])
    return Replay(text_of(fields.get("source")), observed_at, comment=text_of(fields.get("comment")) or "")


def _payload(fields: Fields) -> bytes | None:
    raw = fields.get("payload")
    if raw is None:
        return None
    encoding = text_of(fields.get("payload_encoding")) or "json"
    if encoding == "json":
        return raw
    if encoding == "text":
        return str(value_of(raw)).encode("utf-8", "backslashreplace")
    if encoding == "base64":
        return base64.b64decode(str(value_of(raw)), validate=True)
    raise ValueError(f"its payload_encoding {encoding!r} is unknown")


def _phase(raw: bytes) -> int:
    label = text_of(raw)
    if label not in PHASES:
        raise ValueError(f"its phase {label!r} is unknown")
    return PHASES[label]


def _nanoseconds(raw: bytes) -> int:
    """Milliseconds, as JSON writes them, in nanoseconds."""
    return round(small_decimal(raw.decode()) * 10**6)


def _headers(raw: bytes) -> str:
    value = value_of(raw)
    pairs = value.items() if isinstance(value, dict) else value
    return headers_text([(str(name), item) for name, item in pairs])


def _time(raw: bytes) -> int:
    return read_time(text_of(raw) or "")


def _priority(raw: bytes) -> int:
    return priority_of(text_of(raw) or "")


TEXTS: Final = (
    *("id", "type", "category", "producer", "channel", "key", "correlation_id", "causation_id"),
    *("subscription", "error", "envelope"),
)

READERS: Final[dict[str, tuple[str, Callable[[bytes], Any]]]] = {
    **{name: (name, text_of) for name in TEXTS},
    "priority": ("priority", _priority),
    "phase": ("phase", _phase),
    "occurred_at": ("occurred_at", _time),
    "attempt": ("attempt", int),
    "fanout": ("fanout", int),
    "queue_ms": ("queue_ns", _nanoseconds),
    "handle_ms": ("handle_ns", _nanoseconds),
    "latency_ms": ("total_ns", _nanoseconds),
    "headers": ("headers", _headers),
}
"""For each member the column it fills, and how."""
