"""Gaps: rows that stand for events which a source missed. They are no events: no view counts them as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from app.display import display
from app.store.chunk import Chunk
from app.store.stored import StoredEvent
from connectors.gap import GAP_TYPE

__all__ = ["GAP_MARK", "events_between_gaps", "gap_line", "gap_sentence", "is_gap"]

GAP_MARK: Final = "▒"
"""The glyph of a gap, where an event has that of its phase."""

OFFSET: Final = re.compile(r"@\d+$")


def is_gap(event: StoredEvent) -> bool:
    """Whether a row stands for missed events."""
    return event.type == GAP_TYPE


def gap_line(event: StoredEvent) -> str:
    """A gap as one harmless line: what was missed, why, and where."""
    place = OFFSET.sub("", event.channel or "")
    return " · ".join(display(part) for part in (event.error or "missed events", place) if part)


def gap_sentence(event: StoredEvent) -> str:
    """A gap for a reader who wonders what it is."""
    where = f" at {display(event.channel)}" if event.channel not in (None, "", event.source) else ""
    return (
        f"Events are missing here, of {display(event.source)}{where}: {display(event.error or 'missed events')}. "
        "This row is no event; it marks the place in the stream where they would be."
    )


def events_between_gaps(chunk: Chunk, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The parts of rows `start` to `stop` of a chunk that hold events; nearly always one part, all of them."""
    code = chunk.dictionaries["type"].code(GAP_TYPE)
    if code is not None:
        for gap in np.flatnonzero(chunk.type[start:stop] == code) + start:
            if start < gap:
                yield start, int(gap)
            start = int(gap) + 1
    if start < stop:
        yield start, stop
