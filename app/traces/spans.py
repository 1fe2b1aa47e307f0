"""Spans: causes that are no events.

A message that only a tracing library marked names a span of its sender as its cause (W3C `traceparent`). Nobody
publishes spans, so such a cause is never seen: nothing is missing of the trace, but what caused the event is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.store.store import Store
from app.traces.events import Key, TracedEvent

__all__ = ["SPAN", "Spans"]

SPAN: Final = "a span, no event"
SPAN_ID: Final = re.compile(r"(?!0{16})[0-9a-f]{16}")


class Spans:
    """Which events name a span as their cause; `shared` are those that several of them name, which stand above them.

    A span of one event alone says nothing, so that event has no cause any more.
    """

    def __init__(self, store: Store) -> None:
        self.shared: set[Key] = set()
        self._store = store
        self._above: dict[TracedEvent, Key] = {}
        self._below: dict[Key, dict[TracedEvent, None]] = {}

    def take(self, linked: Sequence[TracedEvent], removed: Iterable[TracedEvent]) -> set[TracedEvent]:
        """Look at events whose causes were looked for just now; all events that hang elsewhere now. Raises Evicted."""
        changed: set[Key] = set()
        for event in (*linked, *removed):
            if (key := self._above.pop(event, None)) is not None:
                del self._below[key][event]
                changed.add(key)
        for event, key in self._marked(linked):
            event.of_span, self._above[event] = True, key
            self._below.setdefault(key, {})[event] = None
            changed.add(key)
        return {event for key in changed for event in self._share(key)}

    def _marked(self, linked: Sequence[TracedEvent]) -> list[tuple[TracedEvent, Key]]:
        named = [(event, event.missing) for event in linked if event.missing and SPAN_ID.fullmatch(event.missing[1])]
        texts = self._store.cells([event.row.seq for event, _ in named], ("headers", "payload")) if named else []
        return [
            found
            for found, (headers, payload) in zip(named, texts, strict=True)
            if has_span(found[0], headers, payload)
        ]

    def _share(self, key: Key) -> Iterator[TracedEvent]:
        """The events below a span that hang elsewhere since it is shared, or is no more."""
        is_shared = len(self._below[key]) > 1
        (self.shared.add if is_shared else self.shared.discard)(key)
        for event in self._below[key]:
            if event.missing != (key if is_shared else None):
                event.missing = key if is_shared else None
                yield event


def has_span(event: TracedEvent, headers: str | None, payload: bytes | None) -> bool:
    """Whether the cause of an event is the span in its `traceparent`, which a header or the payload has."""
    span = f"-{event.row.causation_id}-"
    return span in (headers or "") or span.encode() in (payload or b"")
