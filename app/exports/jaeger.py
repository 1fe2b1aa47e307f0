"""Traces as the JSON that Jaeger's own page shows and opens. Its times are microseconds."""

from __future__ import annotations

from typing import IO, Any, Final

from app.exports.event_json import to_line
from app.exports.selection import Selection
from app.exports.spans import Note, Span, Value, traces

MICROSECOND: Final = 1_000
"""Nanoseconds."""


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write one document, a line for each trace."""
    out.write(b'{"data":[')
    for number, spans in enumerate(traces(selection)):
        line = to_line(trace_json(spans, selection.is_redacted))
        out.write(f"{',' if number else ''}\n{line}".encode())
    out.write(b"\n]}\n")


def trace_json(spans: list[Span], redacted: bool) -> dict[str, Any]:
    """One trace; each service is a process."""
    processes = {service: f"p{number}" for number, service in enumerate(dict.fromkeys(s.service for s in spans), 1)}
    about = tags({"eventscope.redacted": redacted})
    return {
        "traceID": spans[0].trace_id,
        "spans": [span_json(span, processes[span.service]) for span in spans],
        "processes": {key: {"serviceName": service, "tags": about} for service, key in processes.items()},
        "warnings": None,
    }


def span_json(span: Span, process: str) -> dict[str, Any]:
    """One span; a consumer follows from its producer, an event is the child of what caused it."""
    kind = "CHILD_OF" if span.is_producer else "FOLLOWS_FROM"
    parent = {"refType": kind, "traceID": span.trace_id, "spanID": span.parent_id}
    failed: dict[str, Value] = {} if span.error is None else {"error": True}
    start = span.start // MICROSECOND
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "references": [parent] if span.parent_id else [],
        "startTime": start,
        "duration": span.end // MICROSECOND - start,
        "tags": tags({"span.kind": "producer" if span.is_producer else "consumer", **failed, **span.values}),
        "logs": [log_json(note) for note in span.notes],
        "processID": process,
        "warnings": None,
    }


def log_json(note: Note) -> dict[str, Any]:
    """One thing that happened during a span."""
    return {"timestamp": note.at // MICROSECOND, "fields": tags({"event": note.name, **note.values})}


def tags(values: dict[str, Value]) -> list[dict[str, Any]]:
    """Names and values with their types."""
    return [{"key": name, "type": type_of(value), "value": value} for name, value in values.items()]


def type_of(value: Value) -> str:
    """Jaeger's name for the type of a value."""
    match value:
        case bool():
            return "bool"
        case int():
            return "int64"
        case float():
            return "float64"
    return "string"
