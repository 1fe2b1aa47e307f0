"""Correlated: the rows of one correlation, and those in which its events may have been published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from app.store.chunk import Chunk, Rows
from app.store.stored import StoredEvent
from eventscope.step import Phase

__all__ = ["correlated_in", "publishings"]


def correlated_in(chunk: Chunk, correlation_id: str) -> Rows:
    """The numbers of the rows of one correlation in one chunk."""
    code = chunk.dictionaries["correlation"].code(correlation_id)
    if code is None:
        return np.empty(0, np.int64)
    return chunk.seqs_of(np.flatnonzero(chunk.correlation[: chunk.rows] == code))


def publishings(chunks: Sequence[Chunk], event: StoredEvent) -> Iterator[int]:
    """The rows in which an event may have been published: those up to it, the latest first, then those behind it."""
    if event.id is None or event.correlation_id is None:
        return
    before = (chunk for chunk in reversed(chunks) if chunk.first_seq < event.seq)
    yield from (seq for seqs in of_event(before, event) for seq in reversed(seqs[seqs < event.seq].tolist()))
    behind = (chunk for chunk in chunks if chunk.next_seq > event.seq)
    yield from (seq for seqs in of_event(behind, event) for seq in seqs[seqs > event.seq].tolist())


def of_event(chunks: Iterable[Chunk], event: StoredEvent) -> Iterator[Rows]:
    """The rows of each chunk that were published in the correlation of an event."""
    for chunk in chunks:
        seqs = correlated_in(chunk, event.correlation_id or "")
        if len(seqs):
            yield seqs[chunk.phase[chunk.rows_of(seqs)] == Phase.PUBLISHED]
