"""Detail: what there is to say about one event, decoded for reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from app.commands.row_text import clock_time, priority_name
from app.decoding import Place, Recognition, place_of, recognise
from app.exports.times import rfc3339
from app.gaps import gap_sentence, is_gap
from app.payload import Encoding, decode, header_pairs, json_value
from app.sources.supervisor import Source
from app.store.store import Store
from app.store.stored import StoredEvent
from connectors.envelopes.explain import as_it_came
from connectors.envelopes.inside import Decoded
from eventscope.payload import payload_bytes
from eventscope.step import Phase

COLUMN_NAMES: Final = {"correlation_id": "correlation", "causation_id": "caused by", "occurred_at": "occurred"}
"""Columns whose names in the window are others."""

NUMBER_SIZES: Final = (4, 8)
UUID_BYTES: Final = 16

MOST_TEXT: Final = 256 * 1024
"""Characters of text, and a quarter of it in bytes of hex, that are shown; a text widget slows down beyond."""


@dataclass(frozen=True, slots=True)
class Detail:
    """An event as groups of names and values (a tuple of pairs keeps duplicates), as text, and as a hex dump."""

    event: StoredEvent
    summary: str
    groups: list[tuple[str, Any]]
    text: str
    hexdump: str
    place: Place | None = None
    recognition: Recognition | None = None


def detail_of(store: Store, seq: int, sources: Sequence[Source] = ()) -> Detail:
    """All about one event. A step of its life shows the payload that was published; raises Evicted.

    With its source among `sources`, a message of a broker also tells why its columns hold what they do.
    """
    event = store.event(seq)
    payload = event.payload
    if payload is None and (published := store.published(seq)) is not None:
        payload = store.event(published).payload
    place = place_of(event, sources)
    recognition = recognise(event, place) if place else None
    value, encoding = decode(payload)
    named: str = encoding
    if recognition is not None and recognition.decoded is not None and encoding != "json":
        value, encoding, named = decoded_value(recognition.decoded, value, encoding)
    groups: list[tuple[str, Any]] = [("Envelope", envelope(event))]
    if recognition is not None:
        groups.append(("Recognised", recognised(recognition)))
    if event.headers:
        groups.append(("Headers", tuple((name, plain(value)) for name, value in header_pairs(event.headers))))
    groups.append((f"Payload ({named})" if payload is not None else "Payload (none)", value))
    groups.append(("Source facts", facts(event)))
    text, dump = text_of(value, encoding), hexdump(payload or b"")
    return Detail(event, summary_of(event), groups, text, dump, place, recognition)


def decoded_value(decoded: Decoded, value: Any, encoding: Encoding) -> tuple[Any, Encoding, str]:
    """What a decoder made of a payload, or what is there if it made nothing: value, encoding, and what to call that."""
    if decoded.error or decoded.note:
        return value, encoding, encoding
    return json_value(payload_bytes(decoded.value) or b"null"), "json", decoded.form


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


def milliseconds(ns: float | None) -> str | None:
    """A duration for reading."""
    return None if ns is None else f"{ns / 1e6:,.3f} ms"


def text_of(value: Any, encoding: str) -> str:
    """The payload as text: JSON indented, cut where a text widget would become slow."""
    text = json.dumps(value, indent=2, ensure_ascii=False) if encoding == "json" else str(value or "")
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n… shown {MOST_TEXT:,} of {len(text):,} characters"


def hexdump(payload: bytes) -> str:
    """Offset, sixteen bytes, and the printable ones, line by line."""
    shown = payload[: MOST_TEXT // 4]
    lines = [hexline(at, shown[at : at + 16]) for at in range(0, len(shown), 16)]
    if len(shown) < len(payload):
        lines.append(f"… shown {len(shown):,} of {len(payload):,} bytes")
    return "\n".join(lines)


def hexline(at: int, part: bytes) -> str:
    """One line of a hex dump."""
    printable = "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
    return f"{at:08x}  {part[:8].hex(' '):23}  {part[8:].hex(' '):23}  {printable}"
