"""Fields: everything that is known of an event, by name: built-in ones, `header.NAME` and `payload.PATH`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.columns import readers
from app.columns.field import Field
from app.columns.places import header_field, payload_field
from app.columns.same import same
from app.columns.wording import cell, latency_text, moment, short_id, size_text
from app.commands.row_text import clock_time, priority_name
from app.exports.times import rfc3339
from app.payload import summary
from app.store.packing import NO_PAYLOAD
from app.store.stored import StoredEvent
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.step import Phase

__all__ = ["FIELDS", "HEADER", "PAYLOAD", "PRIORITY_LETTERS", "field_of"]

HEADER: Final = "header."
PAYLOAD: Final = "payload."

PRIORITY_LETTERS: Final = {3: "C", 2: "H", 1: "N", 0: "L"}

Value = Callable[[StoredEvent], str | None]


def field_of(name: str) -> Field:
    """The field of that name; raises ValueError with a sentence."""
    if name in FIELDS:
        return FIELDS[name]
    if name.startswith(HEADER):
        return header_field(name, name.removeprefix(HEADER))
    if name.startswith(PAYLOAD):
        return payload_field(name, name.removeprefix(PAYLOAD))
    raise ValueError(f"“{name}” is no field; write one such as type, header.NAME or payload.PATH.")


def text(
    name: str, title: str, meaning: str, value: Value, cells: readers.Reader, *, identifier: bool = False
) -> Field:
    """A text that the event has or has not."""

    def write(event: StoredEvent) -> str:
        written = cell(value(event))
        return short_id(written) if identifier else written

    return Field(
        name, title, meaning, write, lambda event: value(event) or "", cells,
        lambda event: same(name, value(event)), identifier=identifier,
    )  # fmt: skip


def coded(name: str, title: str, meaning: str, value: Value, *, identifier: bool = False) -> Field:
    """A text that few or many rows share."""
    return text(name, title, meaning, value, readers.coded(name), identifier=identifier)


def own(name: str, title: str, meaning: str, value: Value, *, identifier: bool = False) -> Field:
    """A text of this row alone."""
    return text(name, title, meaning, value, readers.row_texts(name), identifier=identifier)


def duration(name: str, title: str, meaning: str, column: str, value: Callable[[StoredEvent], float | None]) -> Field:
    """A duration, in milliseconds."""

    def at_least(event: StoredEvent) -> str:
        ns = value(event)
        return "" if ns is None else f"{name}>={ns / 1e6:.6f}".rstrip("0").rstrip(".") + "ms"

    def write(event: StoredEvent) -> str:
        return latency_text(value(event))

    return Field(name, title, meaning, write, write, readers.durations(column), at_least, number=True)


def whole(
    name: str, title: str, meaning: str, value: Callable[[StoredEvent], int | None], cells: readers.Reader, sign: str
) -> Field:
    """A whole number; `sign` is how a filter compares it, "" where no filter names it."""

    def write(event: StoredEvent) -> str:
        number = value(event)
        return "" if number is None else str(number)

    def alike(event: StoredEvent) -> str:
        return f"{name}{sign}{write(event)}" if sign and write(event) else ""

    return Field(name, title, meaning, write, write, cells, alike, number=True)


def info(event: StoredEvent) -> str:
    """What went wrong, what the event carries, or how an attempt went."""
    return cell(event.error or summary(event.payload)) or course(event)


def course(event: StoredEvent) -> str:
    """How an attempt went, of a row that carries neither error nor payload."""
    parts = [
        f"attempt {event.attempt}" if event.attempt and event.attempt > 1 else "",
        f"waited {latency_text(event.queue_ns)} ms" if event.queue_ns is not None else "",
        f"handled in {latency_text(event.handle_ns)} ms" if event.handle_ns is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def since(event: StoredEvent) -> str:
    """What happened at the time of this event or later."""
    return f"since:{rfc3339(moment(event))}"


FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        whole("number", "#", "Order of arrival; never given twice", lambda e: e.seq, readers.seqs, ":"),
        Field(
            "time", "Time", "When it happened; right-click to count from elsewhere",
            lambda e: clock_time(moment(e)), lambda e: rfc3339(moment(e)) or "", readers.moments, since,
        ),
        Field(
            "observed", "Observed", "When it reached this window",
            lambda e: clock_time(e.observed_at), lambda e: rfc3339(e.observed_at) or "",
            readers.wholes("observed"), number=True,
        ),
        coded("source", "Source", "Which of the attached sources it came from", lambda e: e.source),
        Field(
            "phase", "Phase", "Which step of the event's life this is",
            lambda e: Phase(e.phase).label, lambda e: Phase(e.phase).label, readers.wholes("phase"),
            lambda e: same("phase", Phase(e.phase).label),
        ),
        Field(
            "priority", "Prio", "Critical, high, normal or low",
            lambda e: PRIORITY_LETTERS.get(e.priority, ""), lambda e: priority_name(e.priority),
            readers.wholes("priority", UNKNOWN_PRIORITY),
            lambda e: same("priority", priority_name(e.priority)) if priority_name(e.priority) else "",
        ),
        coded("category", "Category", "What kind of event; often the first part of its type", lambda e: e.category),
        coded("type", "Type", "Type of the event", lambda e: e.type),
        own("key", "Key", "Key or subject", lambda e: e.key),
        coded("producer", "Producer", "Who emitted it", lambda e: e.producer),
        coded("subscription", "Subscription", "Who it was delivered to", lambda e: e.subscription),
        coded("channel", "Channel", "Where it was seen: a topic, an exchange, a bus", lambda e: e.channel),
        coded(
            "correlation", "Correlation", "Which flow it belongs to; the chip's colour is the flow's own",
            lambda e: e.correlation_id, identifier=True,
        ),
        own("causation", "Caused by", "The id of the event that caused it", lambda e: e.causation_id, identifier=True),
        own("id", "Id", "The event's id", lambda e: e.id, identifier=True),
        whole(
            "attempt", "Attempt", "Which attempt to deliver it",
            lambda e: e.attempt, readers.wholes("attempt", 0), ":",
        ),
        whole(
            "fanout", "Fan-out", "How many subscriptions it went to",
            lambda e: e.fanout, readers.wholes("fanout", -1), ":",
        ),
        coded("envelope", "Envelope", "The envelope that was recognised", lambda e: e.envelope),
        duration("queue", "Queued, ms", "How long it waited for its handler", "queue", lambda e: e.queue_ns),
        duration("handle", "Handled, ms", "How long its handler took", "handle", lambda e: e.handle_ns),
        duration("latency", "Latency, ms", "From publish to the end of this step", "total", lambda e: e.total_ns),
        Field(
            "size", "Size", "Size of the payload", lambda e: size_text(e.size),
            lambda e: "" if e.size is None else f"{e.size:,} B", readers.wholes("size", NO_PAYLOAD),
            lambda e: "" if e.size is None else f"size>={e.size}", number=True,
        ),
        own("error", "Error", "The error that it ended with", lambda e: e.error),
        Field(
            "info", "Info", "What went wrong, or what the event carries", info,
            lambda e: e.error or info(e), readers.infos,
            lambda e: same("error", e.error) if e.error else "",
        ),
    )
}  # fmt: skip
"""All fields with a name of their own."""
