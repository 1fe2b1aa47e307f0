"""A message of a channel, or an entry of a stream, as a row.

The columns come from the payload and, in a stream, from the other fields (connectors/envelopes/recognise.py). The
type is at last the name of the channel or stream, the time of an entry that of its id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from connectors.envelopes.decoding import Decoding
from connectors.envelopes.recognise import Envelope
from eventscope.connector import Record, headers_text
from eventscope.step import UNKNOWN

__all__ = ["Entry", "entry_record", "heard_records", "id_of"]

Entry = tuple[bytes, Mapping[bytes, bytes]]
"""The id of an entry, and its fields."""

PAYLOADS: Final = ("payload", "data", "event_data", "body", "message", "event", "value", "json")
"""Under which field a stream has the payload, the most telling first."""

Pairs = list[tuple[str, Any]]


def heard_records(channel: bytes, body: bytes, decoding: Decoding) -> list[Record]:
    """The rows of a message on a channel; a batch of events has several."""
    name = text_of(channel)
    recogniser = decoding.recogniser(name)
    bodies = (body[:1] == b"[" and recogniser.events(body)) or (body,)
    return [_record(name, name, each, [], Envelope(), decoding) for each in bodies]


def entry_record(stream: bytes, entry: Entry, decoding: Decoding) -> Record:
    """The row of an entry of a stream."""
    name, (id_, fields) = text_of(stream), entry
    named = {text_of(field): value for field, value in fields.items()}
    held = next((field for field in PAYLOADS if field in named), None)
    pairs: Pairs = [(field, value) for field, value in named.items() if field != held]
    body = named[held] if held else json.dumps({n: text_of(v) for n, v in pairs}, ensure_ascii=False).encode()
    written = id_.split(b"-")[0]
    known = Envelope(occurred_at=int(written) * 1_000_000 if len(written) < 14 else UNKNOWN)
    row = _record(name, f"{name}@{text_of(id_)}", body, pairs, known, decoding)
    return row._replace(headers=headers_text(pairs) if pairs and held else None)


def id_of(text: str | bytes) -> tuple[int, int]:
    """The two numbers of the id of an entry, which order them."""
    first, _, second = text_of(text).partition("-")
    return int(first), int(second or 0)


def text_of(value: str | bytes) -> str:
    """Text, whatever the bytes are."""
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")


def _record(name: str, channel: str, body: bytes, pairs: Pairs, known: Envelope, decoding: Decoding) -> Record:
    values: list[Any] = [*known]
    decoding.recogniser(name).fill(values, pairs, body)
    found = Envelope._make(values)
    return Record(
        type=found.type or name,
        payload=body,
        id=found.id,
        category=found.category,
        priority=found.priority,
        phase=found.phase,
        correlation_id=found.correlation_id,
        causation_id=found.causation_id,
        occurred_at=found.occurred_at,
        producer=found.producer,
        channel=channel,
        key=found.key,
        subscription=found.subscription,
        attempt=found.attempt,
        handle_ns=found.handle_ns,
        error=found.error,
        envelope=found.name,
    )
