"""Spans: a trace in the terms of tracing tools, from which their formats are written.

A published event is a producer span without duration; each attempt to handle it is a consumer span, its child,
and linked to it. An event that another one caused is the child of that one's producer span, and so is the same event
when it was passed on to another channel. Retries, dead letters and drops are notes on the producer span. Ids are
hashes, so that two exports of a trace give the same ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.exports.selection import Selection
from app.store.stored import StoredEvent
from eventscope.step import Phase

Value = str | int | float | bool

ENDED: Final = (Phase.HANDLED, Phase.FAILED)
ERRORS: Final = (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED)

TRACE_ID: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")


class Note(NamedTuple):
    """Something that happened at `at` (ns since the epoch)."""

    at: int
    name: str
    values: dict[str, Value]


@dataclass(slots=True)
class Span:
    """Times are ns since the epoch. `error` is set when it failed, to a message that may be empty."""

    trace_id: str
    span_id: str
    parent_id: str | None
    is_producer: bool
    name: str
    service: str
    start: int
    end: int
    values: dict[str, Value]
    error: str | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def link_id(self) -> str | None:
        """The span that this one consumes from."""
        return None if self.is_producer else self.parent_id


def traces(selection: Selection) -> Iterator[list[Span]]:
    """The spans of each trace of a selection; only one trace at a time is in memory."""
    groups: dict[str | int, list[int]] = {}
    for seq, correlation_id in selection.cells(("seq", "correlation_id")):
        groups.setdefault(seq if correlation_id is None else correlation_id, []).append(seq)
    for seqs in groups.values():
        if spans := spans_of(list(selection.events(seqs))):
            yield spans


def spans_of(events: list[StoredEvent]) -> list[Span]:
    """The spans of the events of one trace; events without a correlation are traces of their own."""
    return Weaver(events).spans if events else []


class Weaver:
    """Makes the spans of one trace."""

    def __init__(self, events: list[StoredEvent]) -> None:
        self.spans: list[Span] = []
        self._trace_id = trace_id(events[0])
        self._used: set[str] = set()
        self._producers: dict[str, Span] = {}
        self._ended = {attempt_of(event) for event in events if event.phase in ENDED}
        published = [event for event in events if event.phase == Phase.PUBLISHED]
        self._publish(published)
        self._set_parents(published)
        for event in events:
            if event.phase != Phase.PUBLISHED:
                self._add_step(event)

    def _publish(self, published: Iterable[StoredEvent]) -> None:
        for event in published:
            span = self._add(event, "publish", event.producer or event.source, is_producer=True)
            if event.id is not None:
                self._producers.setdefault(event.id, span)

    def _set_parents(self, published: Iterable[StoredEvent]) -> None:
        for event, span in zip(published, self.spans, strict=True):
            cause = self._passed_on(event, span) or self._producers.get(event.causation_id or "")
            span.parent_id = cause.span_id if cause is not None and cause is not span else None

    def _passed_on(self, event: StoredEvent, span: Span) -> Span | None:
        """The first span of an event that was seen again on another channel."""
        first = self._producers.get(event.id or "")
        place = "messaging.destination.name"
        if first is None or first.name != span.name or first.values.get(place) == span.values.get(place):
            return None
        return first

    def _add_step(self, event: StoredEvent) -> None:
        producer = self._producers.get(event.id or "")
        if event.phase in ENDED or (event.phase == Phase.DELIVERED and attempt_of(event) not in self._ended):
            self._consume(event, "process", producer)
        elif event.phase != Phase.DELIVERED and producer is not None:
            producer.notes.append(Note(moment(event), Phase(event.phase).label, values_of(event)))
        elif event.phase != Phase.DELIVERED:
            self._consume(event, Phase(event.phase).label, None)

    def _consume(self, event: StoredEvent, operation: str, producer: Span | None) -> None:
        span = self._add(event, operation, event.subscription or event.source, is_producer=False)
        span.parent_id = producer.span_id if producer else None

    def _add(self, event: StoredEvent, operation: str, service: str, *, is_producer: bool) -> Span:
        end = moment(event)
        span = Span(
            trace_id=self._trace_id,
            span_id=self._span_id(event, operation),
            parent_id=None,
            is_producer=is_producer,
            name=f"{operation} {event.type or event.channel or 'event'}",
            service=service,
            start=max(end - max(round(event.handle_ns or 0), 0), 0),
            end=end,
            values=values_of(event),
            error=(event.error or "") if event.phase in ERRORS else None,
        )
        self.spans.append(span)
        return span

    def _span_id(self, event: StoredEvent, operation: str) -> str:
        parts = [self._trace_id, event.id, operation, event.subscription, event.attempt]
        if event.id is None:
            parts.append(event.seq)
        found = hex_id(parts, 16)
        while found in self._used:  # the same event seen twice
            parts.append(event.seq)
            found = hex_id(parts, 16)
        self._used.add(found)
        return found


def trace_id(event: StoredEvent) -> str:
    """The trace of an event: its correlation if that is a trace id or a UUID already, else a hash."""
    correlation = event.correlation_id
    if correlation is not None and TRACE_ID.fullmatch(plain := correlation.replace("-", "").lower()):
        return plain
    return hex_id(["trace", correlation] if correlation is not None else ["event", event.id, event.seq], 32)


def hex_id(parts: Iterable[object], digits: int) -> str:
    """So many hexadecimal digits that depend on all of `parts`; never all zero."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    found = hashlib.sha256(text).hexdigest()[:digits]
    return found if found.strip("0") else found[:-1] + "1"


def attempt_of(event: StoredEvent) -> tuple[object, ...]:
    """What tells the attempts to handle an event apart."""
    return event.id, event.source, event.subscription, event.attempt


def moment(event: StoredEvent) -> int:
    """When it happened, or when we saw it; never before 1970, which the formats cannot say."""
    return max(event.observed_at if event.occurred_at is None else event.occurred_at, 0)


PLACES: Final = (
    re.compile(r"(?P<name>.+)\[(?P<partition>\d+)\]@(?P<offset>\d+)"),
    re.compile(r"(?P<name>.+) → (?P<routing_key>.*)"),
)
"""Channels of Kafka and of RabbitMQ, as their connectors write them."""

PLACE_NAMES: Final = {
    "name": "messaging.destination.name",
    "partition": "messaging.destination.partition.id",
    "offset": "messaging.kafka.offset",
    "routing_key": "messaging.rabbitmq.destination.routing_key",
}


def values_of(event: StoredEvent) -> dict[str, Value]:
    """What a span says about its event, under the names of the messaging conventions or our own."""
    values: dict[str, Value | None] = {
        "messaging.operation.name": "publish" if event.phase == Phase.PUBLISHED else "process",
        "messaging.operation.type": "send" if event.phase == Phase.PUBLISHED else "process",
        "messaging.message.id": event.id,
        "messaging.message.conversation_id": event.correlation_id,
        "messaging.message.body.size": event.size,
        "messaging.consumer.group.name": event.subscription,
        **place_of(event.channel),
        "eventscope.seq": event.seq,
        "eventscope.type": event.type,
        "eventscope.category": event.category,
        "eventscope.priority": event.priority if event.priority >= 0 else None,
        "eventscope.phase": Phase(event.phase).label,
        "eventscope.source": event.source,
        "eventscope.attempt": event.attempt,
        "eventscope.key": event.key,
        "eventscope.causation_id": event.causation_id,
        "eventscope.queue_ms": None if event.queue_ns is None else event.queue_ns / 1e6,
        "eventscope.error": event.error,
    }
    return {name: value for name, value in values.items() if value is not None}


def place_of(channel: str | None) -> dict[str, Value | None]:
    """A channel under the names of the messaging conventions; offsets are numbers."""
    if channel is None:
        return {}
    found = next((match for pattern in PLACES if (match := pattern.fullmatch(channel))), None)
    parts = found.groupdict() if found else {"name": channel}
    values: dict[str, Value | None] = {PLACE_NAMES[part]: text for part, text in parts.items()}
    if "offset" in parts and len(parts["offset"]) < 19:
        values["messaging.kafka.offset"] = int(parts["offset"])
    return values
