"""Previous: the latest event before another one that is like it."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from app.detail.tape import Progress, no_progress
from app.filter.clause import clause
from app.filter.query import Filter, parse
from app.store.chunk import Chunk
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.step import Phase

__all__ = ["Likeness", "latest_before", "like"]

Likeness = Literal["type", "key"]

SPAN: Final = 8_192
"""Rows that are tested at a time."""


def like(event: StoredEvent, likeness: Likeness) -> Filter | None:
    """What selects the published events of the same source with the same type or key; None if it has none."""
    value = event.type if likeness == "type" else event.key
    if not value:
        return None
    parts = [clause(likeness, value), clause("source", event.source), clause("phase", Phase.PUBLISHED.label)]
    return parse(" ".join(parts))


def latest_before(store: Store, seq: int, wanted: Filter, progress: Progress = no_progress) -> int | None:
    """The number of the latest row before `seq` that passes; may be asked in any thread."""
    chunks = [chunk for chunk in list(store.chunks) if chunk.first_seq < seq]
    for done, chunk in enumerate(reversed(chunks)):
        progress(done / len(chunks))
        found = latest_in(chunk, seq, wanted, progress)
        if found is not None:
            return found
    return None


def latest_in(chunk: Chunk, seq: int, wanted: Filter, progress: Progress) -> int | None:
    """The same within a chunk, from its end to its beginning."""
    stop = chunk.place_of(seq)
    for start in range(stop // SPAN * SPAN, -1, -SPAN):
        progress(0)
        rows = np.flatnonzero(wanted.mask(chunk, start, min(start + SPAN, stop))) + start
        if len(rows):
            return int(chunk.seqs_of(rows[-1:])[0])
    return None
