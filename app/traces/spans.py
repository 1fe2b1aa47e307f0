"""Spans: causes that are no events.

A message that only a tracing library marked names a span of its sender as its cause (W3C `traceparent`). Nobody
publishes spans, so such a cause is never seen: nothing is missing of the trace, but what caused the event is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from app.store.store import Store
from app.traces.events import TracedEvent

__all__ = ["SPAN", "name_spans"]

SPAN: Final = "a span, no event"
SPAN_ID: Final = re.compile(r"(?!0{16})[0-9a-f]{16}")


def name_spans(store: Store, events: Sequence[TracedEvent]) -> set[str]:
    """Mark the events that name a span as their cause; the spans that several of them share, which stand above them.

    A span of one event alone says nothing, so that event has no cause any more. Raises Evicted.
    """
    named = [event for event in events if event.missing and SPAN_ID.fullmatch(event.missing[1])]
    texts = store.cells([event.row.seq for event in named], ("headers", "payload")) if named else []
    marked = [
        event for event, (headers, payload) in zip(named, texts, strict=True) if has_span(event, headers, payload)
    ]
    shared = Counter(event.missing for event in marked)
    for event in marked:
        event.of_span = True
        if shared[event.missing] == 1:
            event.missing = None
    return {key[1] for key, count in shared.items() if key and count > 1}


def has_span(event: TracedEvent, headers: str | None, payload: bytes | None) -> bool:
    """Whether the cause of an event is the span in its `traceparent`, which a header or the payload has."""
    span = f"-{event.row.causation_id}-"
    return span in (headers or "") or span.encode() in (payload or b"")
