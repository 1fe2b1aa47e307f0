"""One trace as JSON: its events in causal order, each with the row that it follows from."""

from __future__ import annotations

import io
import sys
from typing import IO, Any

import msgspec

from app.exports.event_json import to_line, traced
from app.exports.head import head
from app.exports.saga_json import hops_json, saga_json
from app.exports.selection import Selection
from app.exports.times import milliseconds, rfc3339
from app.redaction.redaction import Redactor
from app.store.store import Store
from app.traces.summary import TraceState
from app.traces.trace import Trace, build_trace


def trace_json(store: Store, correlation_id: str, redactor: Redactor | None = None) -> dict[str, Any]:
    """A trace as the values that a reader of its JSON gets. One without rows has no events."""
    trace = whole_trace(store, correlation_id)
    selection = Selection(store, [seq for seq, _, _ in trace.rows()], trace=trace, redactor=redactor)
    out = io.BytesIO()
    write(selection, trace, out)
    value: dict[str, Any] = msgspec.json.decode(out.getvalue())
    return value


def whole_trace(store: Store, correlation_id: str, state: TraceState | None = None) -> Trace:
    """The trace with all its rows, however many: a file has room for them. `state` is how it stands, if known."""
    trace = build_trace(store, correlation_id, limit=sys.maxsize)
    trace.state = state
    return trace


def write(selection: Selection, trace: Trace, out: IO[bytes]) -> None:
    """Write the document of a trace, an event a line."""
    places = {seq: (parent, depth) for seq, parent, depth in trace.rows()}
    top = f'{{"eventscope":{to_line(head(selection.is_redacted))},\n"trace":{to_line(about(selection, trace))}'
    out.write(f'{top},\n"events":['.encode())
    for number, event in enumerate(selection.events()):
        line = to_line(traced(selection.fields(event), *places[event.seq]))
        out.write(f"{',' if number else ''}\n{line}".encode())
    out.write(b"\n]}\n")


def about(selection: Selection, trace: Trace) -> dict[str, Any]:
    """What there is to say of the trace as a whole; what is unknown is absent."""
    fields = {
        "correlation_id": selection.text(trace.correlation_id),
        "started_at": rfc3339(trace.started_at) if trace.nodes else None,
        "duration_ms": milliseconds(trace.duration_ns) if trace.nodes else None,
        "complete": trace.complete,
        "warnings": [selection.text(warning) for warning in trace.warnings],
        "saga": saga_json(selection, trace),
        "hops": hops_json(selection, trace.meaning.ordered if trace.meaning else ()) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}
