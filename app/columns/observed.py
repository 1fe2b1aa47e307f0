"""Observed places: the headers and payload paths that recent events have, for those who choose one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from app.columns.field import Field
from app.columns.fields import HEADER, PAYLOAD
from app.payload import NotJson, header_pairs, json_value
from app.store.courtesy import WINDOW
from app.store.store import Store
from app.store.stored import StoredEvent

__all__ = ["observed_places", "recent", "recent_texts"]

MOST_EVENTS: Final = 200
MOST_BYTES: Final = 1024 * 1024
"""Payloads of all of them."""
LARGEST: Final = 64 * 1024
"""Bytes of a payload that is looked into."""
MOST_PLACES: Final = 500
DEEPEST: Final = 6


def observed_places(store: Store) -> list[str]:
    """Names of fields for the headers and the places in payloads of recent events, the commonest first."""
    counts: Counter[str] = Counter()
    for event in recent(store):
        counts.update(dict.fromkeys(places_of(event), 1))
    return [name for name, _ in counts.most_common(MOST_PLACES)]


def recent_texts(store: Store, field: Field) -> list[str]:
    """What recent events say in a field, where they say anything."""
    return [text for event in recent(store) if (text := field.write(event))]


def recent(store: Store) -> Iterator[StoredEvent]:
    """The newest events, the newest first, as many as are looked through in no time."""
    seen = weight = 0
    for chunk in reversed(store.chunks):
        for seq in chunk.seqs_of(np.arange(chunk.rows)[: -MOST_EVENTS - 1 : -1]).tolist():
            WINDOW.give_way()
            event = store.event(seq)
            seen, weight = seen + 1, weight + (event.size or 0)
            if seen > MOST_EVENTS or weight > MOST_BYTES:
                return
            yield event


def places_of(event: StoredEvent) -> Iterator[str]:
    """The places that one event has."""
    for name, _ in header_pairs(event.headers) if event.headers else ():
        if name:
            yield f"{HEADER}{name}"
    if event.payload and len(event.payload) <= LARGEST:
        try:
            yield from paths(json_value(event.payload), PAYLOAD.removesuffix("."), DEEPEST)
        except NotJson:
            return


def paths(value: Any, path: str, levels: int) -> Iterator[str]:
    """The paths of all plain values inside of a value."""
    if isinstance(value, dict) and levels:
        for name, inner in value.items():
            if name and not set(name) & set(".[]"):
                yield from paths(inner, f"{path}.{name}", levels - 1)
    elif isinstance(value, list) and levels:
        for inner in value[:3]:
            yield from paths(inner, f"{path}[*]", levels - 1)
    elif not isinstance(value, dict | list):
        yield path
