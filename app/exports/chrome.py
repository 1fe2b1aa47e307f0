"""Traces as Chrome trace events, which Perfetto and chrome://tracing open.

Spans overlap, so they are asynchronous pairs (`b`, `e`) under their own ids. Times are microseconds since the
first row, since the format's numbers cannot hold nanoseconds since 1970; `otherData` says when that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from app.exports.event_json import to_line
from app.exports.head import head
from app.exports.selection import Selection
from app.exports.spans import Span, traces
from app.exports.times import rfc3339


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write one document, an event a line."""
    origin = first_moment(selection)
    out.write(b'{"traceEvents":[')
    comma = ""
    for event in trace_events(selection, origin):
        out.write(f"{comma}\n{to_line(event)}".encode())
        comma = ","
    about = {"origin": rfc3339(origin), **head(selection.is_redacted)}
    out.write(f'\n],\n"displayTimeUnit":"ms",\n"otherData":{to_line(about)}}}\n'.encode())


def first_moment(selection: Selection) -> int:
    """When the first row happened, in ns since the epoch."""
    times = selection.cells(("occurred_at", "observed_at"))
    return max(min((seen if at is None else at for at, seen in times), default=0), 0)


def trace_events(selection: Selection, origin: int) -> Iterator[dict[str, Any]]:
    """The events of all spans, each service named when it is met first."""
    services: dict[str, int] = {}
    for spans in traces(selection):
        for span in spans:
            if span.service not in services:
                services[span.service] = len(services) + 1
                yield process_name(services[span.service], span.service)
            yield from span_events(span, services[span.service], origin)


def process_name(number: int, service: str) -> dict[str, Any]:
    """Gives a process the name of a service."""
    return {"name": "process_name", "ph": "M", "pid": number, "tid": 0, "args": {"name": service}}


def span_events(span: Span, process: int, origin: int) -> Iterator[dict[str, Any]]:
    """The beginning of a span, what happened during it, and its end."""

    def event(phase: str, at: int, args: dict[str, Any], name: str = span.name) -> dict[str, Any]:
        shared = {"cat": "producer" if span.is_producer else "consumer", "id": f"0x{span.span_id}"}
        return {"name": name, "ph": phase, "ts": (at - origin) / 1e3, "pid": process, "tid": 0, **shared, "args": args}

    parent = {"parent": f"0x{span.parent_id}"} if span.parent_id else {}
    failed = {} if span.error is None else {"error": span.error}
    yield event("b", span.start, {"trace": span.trace_id, **parent, **failed, **span.values})
    for note in span.notes:
        yield event("n", note.at, dict(note.values), note.name)
    yield event("e", span.end, {})
