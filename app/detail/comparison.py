"""Comparison: an event beside another one: which one that is, and in what they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.decoding import place_of
from app.detail.changes import MOST_CHANGES, Change, changes
from app.detail.detail import Detail, read_detail
from app.detail.previous import Likeness, latest_before, like
from app.detail.reading import Reading
from app.detail.tape import Progress, no_progress
from app.filter.terms import FilterError
from app.sources.supervisor import Source
from app.store.store import Store
from app.store.stored import Evicted, StoredEvent

__all__ = ["Comparison", "Other", "compare"]

Other = Likeness | int
"""The previous event of the same type or key, or an event by its number."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an event was compared with, None if there is no such event, and the changes since."""

    told: str
    other: StoredEvent | None = None
    changes: Sequence[Change] = ()


def compare(
    store: Store, detail: Detail, other: Other, sources: Sequence[Source] = (), progress: Progress = no_progress
) -> Comparison:
    """Compare an event with another one; in any thread."""
    event = detail.event
    if isinstance(other, str):
        try:
            wanted = like(event, other)
        except FilterError:
            return Comparison(f"The {other} of this event is too long to look for earlier events with the same.")
        if wanted is None:
            return Comparison(f"This event has no {other}, so there is no previous one with the same.")
        seq = latest_before(store, event.seq, wanted, progress)
        if seq is None:
            return Comparison(f"No earlier event that is kept has the same {other}.")
    else:
        seq = other
    if seq == event.seq:
        return Comparison("This is the event itself: choose another one to compare it with.")
    try:
        reading = Reading(store, seq)
    except Evicted:
        return Comparison(f"Event #{seq:,} is no longer kept, so it cannot be compared with.")
    before = read_detail(reading, place_of(reading.event, sources), progress)
    found = changes(before, detail, progress)
    return Comparison(sentence(event, before.event, other, len(found)), before.event, found)


def sentence(event: StoredEvent, other: StoredEvent, how: Other, count: int) -> str:
    """What was compared with what."""
    name = other.type or "event"
    which = {"type": f"the previous {name}", "key": f"the previous {name} with this key"}.get(str(how), name)
    many = (
        f"{count:,}{'+' if count >= MOST_CHANGES else ''} change{'s' if count != 1 else ''}" if count else "no changes"
    )
    return f"Compared with {which} (#{other.seq:,}, {distance(event, other)}): {many}."


def distance(event: StoredEvent, other: StoredEvent) -> str:
    """How far apart two events are in time."""
    seconds = (at(event) - at(other)) / 1e9
    size = abs(seconds)
    if size < 1:
        told = f"{size * 1e3:.3g} ms"
    elif size < 120:
        told = f"{size:.1f} s"
    else:
        told = f"{size / 60:,.0f} min" if size < 7_200 else f"{size / 3_600:,.1f} h"
    return f"{told} {'before' if seconds >= 0 else 'after'}"


def at(event: StoredEvent) -> int:
    """When an event happened, or was seen if nobody tells."""
    return event.observed_at if event.occurred_at is None else event.occurred_at
