"""Events as one JSON document: the events of any filter, and which sources and traces they belong to.

It is written as it is read, an event a line, so that it takes no memory to speak of.
"""

from __future__ import annotations

from typing import IO, Any

from app.exports.event_json import to_line
from app.exports.head import head
from app.exports.selection import Selection
from app.exports.trace_json import write as write_trace
from app.store.stored import StoredEvent


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write the document; a trace has a document of its own."""
    if selection.trace is not None:
        return write_trace(selection, selection.trace, out)
    sources: dict[str, dict[str, Any]] = {}
    traces: dict[str, dict[str, Any]] = {}
    out.write(f'{{"eventscope":{to_line(head(selection.is_redacted))},\n"events":['.encode())
    for number, event in enumerate(selection.events()):
        count(sources, "name", event.source, event)
        if event.correlation_id is not None:
            count(traces, "correlation_id", event.correlation_id, event)
        out.write(f"{',' if number else ''}\n{to_line(selection.fields(event))}".encode())
    tail = f'\n],\n"sources":{to_line([*sources.values()])},\n"traces":{to_line([*traces.values()])}}}\n'
    out.write(tail.encode())


def count(found: dict[str, dict[str, Any]], field: str, name: str, event: StoredEvent) -> None:
    """Count an event for its source or trace, which is described when it is met first."""
    entry = found.setdefault(name, {field: name, "events": 0, "first_seq": event.seq})
    entry["events"] += 1
