"""What a tapped program says to a monitor: version 1 of the protocol.

    MAGIC, then frames:  length (4 bytes, big endian) · kind (1 byte) · body of that length

A body is a JSON object, but for STEPS: there it is the length of the JSON (4 bytes), the JSON, and the payloads,
one after another. That JSON holds equally long lists, one per column, named after the fields of a Record;
`payload_size` says how long each payload is, -1 that there is none. So the monitor reads many steps with one
decode, and payloads cross as they are, whatever they hold.

Only the program speaks. HELLO comes first, SUBSCRIPTIONS at the start and when they have changed, HEARTBEAT
each second, BYE at a clean end. A frame holds at most FRAME_LIMIT bytes, unless it carries a single step:
its payload may be up to PAYLOAD_LIMIT bytes long and is cut beyond that.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from operator import attrgetter
from typing import Any, Final

from eventscope.event import NOTHING, Event
from eventscope.payload import clean_text, payload_bytes
from eventscope.step import UNKNOWN, Phase, Step

__all__ = ["FRAME_LIMIT", "HELLO_LIMIT", "MAGIC", "PAYLOAD_LIMIT", "VERSION", "Kind", "frame", "step_frames"]

VERSION: Final = 1
MAGIC: Final = b"\x89EVS"
"""The first bytes of a connection; no text protocol begins so."""

PUBLISHED: Final = int(Phase.PUBLISHED)

HEADER: Final = struct.Struct(">IB")
LENGTH: Final = struct.Struct(">I")

HELLO_LIMIT: Final = 64 * 1024
FRAME_LIMIT: Final = 2**20
PAYLOAD_LIMIT: Final = 16 * 2**20 - FRAME_LIMIT
LARGEST_FRAME: Final = 16 * 2**20

KEPT_OF_CUT: Final = 64 * 1024
"""Bytes kept of a payload over the limit."""
CUT_HEADER: Final = "eventscope-payload-cut"
"""Header whose value is the true size of a payload that was cut."""

UNREADABLE: Final = "eventscope.unreadable"
"""Type of the event that stands for one that raises when it is read."""

LONGEST_TEXT: Final = 8 * 1024
"""Characters kept of an id, an error, or another text column."""
LONGEST_HEADERS: Final = 64 * 1024
HEADERS_CUT: Final = "eventscope-headers-cut"
"""Header that stands for all of them when they are too long; its value is their size."""


class Kind(IntEnum):
    """What a frame holds."""

    HELLO = 1
    STEPS = 2
    SUBSCRIPTIONS = 3
    HEARTBEAT = 4
    BYE = 5


def frame(kind: Kind, body: bytes | Mapping[str, Any]) -> bytes:
    """One frame; `body` is bytes or what JSON is made of."""
    data = body if isinstance(body, bytes) else _json(body)
    return HEADER.pack(len(data), kind) + data


def step_frames(steps: Sequence[Step], payloads: Sequence[bytes | None] | None = None) -> Iterator[bytes]:
    """The frames that carry `steps`, in order; `payloads` when they were encoded before."""
    if not steps:
        return
    body = steps_body(steps, payloads)
    if len(body) <= FRAME_LIMIT or len(steps) == 1:
        yield frame(Kind.STEPS, body)
        return
    half = len(steps) // 2
    for part in (slice(half), slice(half, None)):
        yield from step_frames(steps[part], payloads[part] if payloads is not None else None)


def steps_body(steps: Sequence[Step], payloads: Sequence[bytes | None] | None = None) -> bytes:
    """The body of a STEPS frame. Never raises: an event that cannot be read is told of by another one."""
    try:
        return _body(steps, payloads)
    except Exception:  # an event class of the program's own may do anything
        return _body([_legible(step) for step in steps], payloads)


def payload_of(step: Step) -> bytes | None:
    """The payload that travels with a step: only with the first one of an event's life. Never raises."""
    if step.phase != PUBLISHED:
        return None
    try:
        return payload_bytes(step.event.payload)
    except Exception as error:
        return payload_bytes(f"<the payload cannot be read: {type(error).__name__}>")


def _body(steps: Sequence[Step], payloads: Sequence[bytes | None] | None) -> bytes:
    if payloads is None:
        payloads = [payload_of(step) for step in steps]
    columns = columns_of(steps)
    columns["payload_size"] = [-1 if payload is None else len(payload) for payload in payloads]
    if max(columns["payload_size"]) > PAYLOAD_LIMIT:
        payloads = _cut(payloads, columns)
    try:
        head = _json(columns)
    except ValueError:  # lone surrogates, which UTF-8 has no bytes for
        head = _json(_cleaned(columns))
    return b"".join((LENGTH.pack(len(head)), head, *filter(None, payloads)))


def _legible(step: Step) -> Step:
    try:
        columns_of([step])
        return step
    except Exception as error:
        reason = f"an event of class {type(step.event).__name__} cannot be read: {type(error).__name__}"
        return step._replace(event=Event(UNREADABLE, timestamp=step.at), error=reason)


_of_event = attrgetter("type", "category", "priority", "id", "correlation_id", "causation_id", "source")

TEXTS: Final = ("type", "category", "id", "correlation_id", "causation_id", "producer", "subscription", "error")
NUMBERS: Final = ("occurred_at", "queue_ns", "handle_ns", "total_ns")
TEXT_TYPES: Final = frozenset({str, type(None)})


def columns_of(steps: Sequence[Step]) -> dict[str, list[Any]]:
    """The columns of `steps`, but for payloads, of types that the monitor accepts."""
    phases, events, ats, subscriptions, attempts, queues, handles, totals, errors, fanouts = zip(*steps, strict=True)
    kinds, categories, priorities, ids, correlations, causations, sources = zip(*map(_of_event, events), strict=True)
    columns: dict[str, Any] = {
        "type": kinds,
        "category": categories,
        "priority": priorities,
        "id": ids,
        "correlation_id": correlations,
        "causation_id": causations,
        "producer": [source or None for source in sources],
        "phase": phases,
        "occurred_at": [
            event.timestamp if phase == PUBLISHED else at for event, phase, at in zip(events, phases, ats, strict=True)
        ],
        "subscription": subscriptions,
        "attempt": attempts,
        "queue_ns": queues,
        "handle_ns": handles,
        "total_ns": totals,
        "fanout": fanouts,
        "error": errors,
        "headers": [headers_of(event, phase) for event, phase in zip(events, phases, strict=True)],
    }
    return columns if _are_plain(columns) else _cleaned(columns)


def headers_of(event: Event, phase: Phase) -> str | None:
    """The metadata of an event as a JSON array of [name, value] pairs; only its first step carries them."""
    if event.metadata is NOTHING or phase != PUBLISHED or not event.metadata:
        return None
    pairs = payload_bytes([[clean_text(name), value] for name, value in event.metadata.items()]) or b"[]"
    return pairs.decode() if len(pairs) <= LONGEST_HEADERS else json.dumps([[HEADERS_CUT, len(pairs)]])


def _are_plain(columns: Mapping[str, Any]) -> bool:
    """Whether users gave ids, sources and times of the types that an Event asks for."""
    for name in TEXTS:
        column = columns[name]
        if (
            not TEXT_TYPES.issuperset(map(type, column))
            or max(map(len, filter(None, column)), default=0) > LONGEST_TEXT
        ):
            return False
    return all({int}.issuperset(map(type, columns[name])) and _fits(columns[name]) for name in NUMBERS)


def _fits(numbers: Sequence[int]) -> bool:
    return min(numbers) >= UNKNOWN and max(numbers) < -UNKNOWN


def _cleaned(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The same columns with every odd value replaced by its text, or by UNKNOWN."""
    cleaned = dict(columns)
    for name in TEXTS:
        cleaned[name] = [text and text[:LONGEST_TEXT] for text in map(clean_text, columns[name])]
    for name in NUMBERS:
        cleaned[name] = [n if type(n) is int and _fits([n]) else UNKNOWN for n in columns[name]]
    return cleaned


def _cut(payloads: Sequence[bytes | None], columns: dict[str, Any]) -> list[bytes | None]:
    """Payloads over the limit reduced to their beginning, with their true size in a header."""
    cut = list(payloads)
    for i, payload in enumerate(payloads):
        if payload is not None and len(payload) > PAYLOAD_LIMIT:
            pairs = [*json.loads(columns["headers"][i] or "[]"), [CUT_HEADER, len(payload)]]
            columns["headers"][i] = json.dumps(pairs, ensure_ascii=False)
            columns["payload_size"][i] = KEPT_OF_CUT
            cut[i] = payload[:KEPT_OF_CUT]
    return cut


_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _json(value: Any) -> bytes:
    return _dumps(value).encode("utf-8")
