"""Twins: events with the same source and id. Are they the same event, or only called the same?"""

from __future__ import annotations

from collections.abc import Iterable

from app.store.store import Store
from app.traces.events import DUPLICATE, REDELIVERED, TracedEvent, place_of

__all__ = ["mark_twins"]


def mark_twins(store: Store, events: Iterable[TracedEvent]) -> None:
    """Say of events with the same source and id whether they are the same, or only called the same.

    A hop is the same by its nature; its twins are what came on the same channel.
    """
    alike: dict[object, list[TracedEvent]] = {}
    for event in events:
        if event.key is not None:
            where = (event.key, place_of(event.row)) if event.is_hop else event.key
            alike.setdefault(where, []).append(event)
    for twins in alike.values():
        if len(twins) > 1:
            same = all(same_payload(store, twins[0], twin) for twin in twins[1:])
            for twin in twins[1:] if same else twins:
                twin.badges.append(REDELIVERED if same else DUPLICATE)


def same_payload(store: Store, one: TracedEvent, other: TracedEvent) -> bool:
    """Whether two events carry the same bytes."""
    if one.row.size != other.row.size:
        return False
    ((first,), (second,)) = store.cells([one.row.seq, other.row.seq], ("payload",))
    return bool(first == second)
