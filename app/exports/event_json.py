"""One event as JSON: a line of `tail`, of JSON Lines, and an entry of every JSON document.

What is unknown is absent. A JSON payload is embedded as the value that it is: its numbers are written as
they came, integers beyond 2**53 included. Characters that a terminal obeys or that hide are escaped,
which changes no value. `resources/schema/event.schema.json` describes the fields.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from app.exports.times import milliseconds, rfc3339
from app.payload import NotJson, header_pairs, json_text, json_value, text_or_base64, without_surrogates
from app.redaction.redaction import Redactor
from app.store.stored import StoredEvent
from eventscope.event import EventPriority
from eventscope.step import Phase

PRIORITIES: Final = {int(priority): priority.name for priority in EventPriority}
PHASES: Final = {int(phase): phase.label for phase in Phase}

UNSEEN: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""DEL and C1 controls, bidi, zero width, line separators, tags: inside JSON they only stand in strings."""


class EventJson(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The fields of an event as JSON, in their order."""

    seq: int
    id: str | None = None
    type: str | None = None
    category: str | None = None
    priority: str | None = None
    source: str
    producer: str | None = None
    channel: str | None = None
    key: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    occurred_at: str | None = None
    observed_at: str | None
    phase: str
    subscription: str | None = None
    attempt: int | None = None
    queue_ms: float | None = None
    handle_ms: float | None = None
    latency_ms: float | None = None
    fanout: int | None = None
    error: str | None = None
    headers: list[list[Any]] | None = None
    payload_encoding: str | None = None
    payload: msgspec.Raw | str | None = None
    size: int | None = None
    envelope: str | None = None
    comment: str | None = None


class TracedEventJson(EventJson, omit_defaults=True, kw_only=True):
    """An event in a trace: the row that it follows from (None for a root), and how many are above it."""

    parent_seq: int | None
    depth: int


_encode = msgspec.json.Encoder().encode


def event_line(event: StoredEvent, redactor: Redactor | None = None) -> str:
    """An event as one line of JSON, without the line end."""
    return to_line(event_fields(redactor.event(event) if redactor else event))


def event_json(event: StoredEvent, redactor: Redactor | None = None) -> dict[str, Any]:
    """An event as the values that a reader of its JSON gets."""
    value: dict[str, Any] = msgspec.json.decode(event_line(event, redactor))
    return value


def event_fields(event: StoredEvent, comment: str = "") -> EventJson:
    """The fields of an event, ready to be encoded, with the user's comment on it."""
    payload, encoding = embedded(event.payload)
    return EventJson(
        seq=event.seq,
        id=event.id,
        type=event.type,
        category=event.category,
        priority=PRIORITIES.get(event.priority),
        source=event.source,
        producer=event.producer,
        channel=event.channel,
        key=event.key,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        occurred_at=rfc3339(event.occurred_at),
        observed_at=rfc3339(event.observed_at),
        phase=PHASES[event.phase],
        subscription=event.subscription,
        attempt=event.attempt,
        queue_ms=milliseconds(event.queue_ns),
        handle_ms=milliseconds(event.handle_ns),
        latency_ms=milliseconds(event.total_ns),
        fanout=event.fanout,
        error=event.error,
        headers=header_pairs(event.headers) if event.headers else None,
        payload=payload,
        payload_encoding=encoding,
        size=event.size,
        envelope=event.envelope,
        comment=comment or None,
    )


def traced(fields: EventJson, parent_seq: int | None, depth: int) -> TracedEventJson:
    """The fields of an event with its place in a trace."""
    return TracedEventJson(**msgspec.structs.asdict(fields), parent_seq=parent_seq, depth=depth)


def embedded(payload: bytes | None) -> tuple[msgspec.Raw | str | None, str | None]:
    """A payload as it stands in JSON, and its encoding."""
    if payload is None:
        return None, None
    try:
        json_value(payload)
    except NotJson:
        return text_or_base64(payload)
    return msgspec.Raw(json_text(payload).strip()), "json"


def to_line(value: Any) -> str:
    """Anything of ours as one line of JSON, with unseen characters escaped."""
    try:
        line = _encode(value).decode()
    except UnicodeEncodeError:  # a lone surrogate, which no strict reader takes
        line = _encode(without_surrogates(msgspec.to_builtins(value, builtin_types=(msgspec.Raw,)))).decode()
    if line.isprintable():
        return line
    return UNSEEN.sub(lambda match: escaped(match[0]), line)


def escaped(character: str) -> str:
    """A character as JSON escapes it."""
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"
