"""Traces as OTLP/JSON, which OpenTelemetry collectors and their tools take at /v1/traces.

Ids are hexadecimal, integers of 64 bits are text, enumerations are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import IO, Any, Final

from app.exports.event_json import to_line
from app.exports.selection import Selection
from app.exports.spans import Note, Span, Value, traces
from app.version import program_version

PRODUCER: Final = 4
CONSUMER: Final = 5
ERROR: Final = 2


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write one document, a line for each service in each trace."""
    out.write(b'{"resourceSpans":[')
    scope = {"name": "eventscope", "version": program_version()}
    comma = ""
    for spans in traces(selection):
        by_service = groupby(sorted(spans, key=attrgetter("service")), attrgetter("service"))
        for service, group in by_service:
            about = {"service.name": service, "eventscope.redacted": selection.is_redacted}
            out.write(f"{comma}\n{to_line(resource_spans(about, scope, group))}".encode())
            comma = ","
    out.write(b"\n]}\n")


def resource_spans(about: dict[str, Value], scope: dict[str, str], spans: Iterable[Span]) -> dict[str, Any]:
    """The spans of one service."""
    scope_spans = {"scope": scope, "spans": [span_json(span) for span in spans]}
    return {"resource": {"attributes": attributes(about)}, "scopeSpans": [scope_spans]}


def span_json(span: Span) -> dict[str, Any]:
    """One span; the parent and the links are left out where there are none."""
    fields = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "name": span.name,
        "kind": PRODUCER if span.is_producer else CONSUMER,
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": attributes(span.values),
        "events": [note_json(note) for note in span.notes] or None,
        "links": [{"traceId": span.trace_id, "spanId": span.link_id}] if span.link_id else None,
        "status": {} if span.error is None else {"code": ERROR, "message": span.error},
    }
    return {name: value for name, value in fields.items() if value is not None}


def note_json(note: Note) -> dict[str, Any]:
    """One thing that happened during a span."""
    return {"timeUnixNano": str(note.at), "name": note.name, "attributes": attributes(note.values)}


def attributes(values: dict[str, Value]) -> list[dict[str, Any]]:
    """Names and values in the form of OTLP."""
    return [{"key": name, "value": value_json(value)} for name, value in values.items()]


def value_json(value: Value) -> dict[str, Any]:
    """A value under the name of its type."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
    return {"stringValue": value}
