"""Landmarks: the kinds of rows that one jumps to, each a test of many rows of a chunk at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.listing.listing import Listing
from app.marks import Mark, Marks, among
from app.store.chunk import Chunk
from app.store.store import Store
from eventscope.step import UNKNOWN, Phase

__all__ = ["Landmark", "any_row", "breaches", "errors", "listed", "marked", "meant", "of_correlation", "since"]

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Landmark = Callable[[Chunk, Rows], Mask]
"""Which of these rows of a chunk are meant."""

FAILED: Final = np.isin(np.arange(256), (Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED))
"""By phase, whether it tells of a failure."""


def any_row(chunk: Chunk, rows: Rows) -> Mask:
    """Every row."""
    return np.ones(len(rows), np.bool_)


def errors(chunk: Chunk, rows: Rows) -> Mask:
    """Rows that tell of a failure."""
    found: Mask = FAILED[chunk.phase[rows]]
    return found


def breaches(budgets_ms: Mapping[int, float]) -> Landmark:
    """Rows that took longer in total than the budget of their priority allows."""
    budgets = np.full(256, np.inf, np.float32)  # an unknown priority, -1, is the last of them
    for priority, ms in budgets_ms.items():
        budgets[priority] = ms * 1e6

    def late(chunk: Chunk, rows: Rows) -> Mask:
        found: Mask = chunk.total[rows] > budgets[chunk.priority[rows]]
        return found

    return late


def of_correlation(correlation_id: str) -> Landmark:
    """Rows of one correlation."""

    def correlated(chunk: Chunk, rows: Rows) -> Mask:
        code = chunk.dictionaries["correlation"].code(correlation_id)
        found: Mask = chunk.correlation[rows] == code if code is not None else np.zeros(len(rows), np.bool_)
        return found

    return correlated


def marked(marks: Marks, kind: Mark) -> Landmark:
    """Rows that the developer noted something about."""
    return lambda chunk, rows: among(chunk.seqs_of(rows), marks.rows(kind))


def listed(listing: Listing) -> Landmark:
    """Rows that another listing, in the order of arrival, has as well."""

    def found(chunk: Chunk, rows: Rows) -> Mask:
        seqs = chunk.seqs_of(rows)
        if not len(seqs):
            return np.zeros(0, np.bool_)
        return among(seqs, listing.seqs(listing.index_of(int(seqs[0])), listing.index_of(int(seqs[-1])) + 1))

    return found


def since(at: int) -> Landmark:
    """Rows that happened at a moment (ns since the epoch) or later."""

    def later(chunk: Chunk, rows: Rows) -> Mask:
        occurred = chunk.occurred[rows]
        found: Mask = np.where(occurred == UNKNOWN, chunk.observed[rows], occurred) >= at
        return found

    return later


def meant(store: Store, seqs: Rows, landmark: Landmark) -> Mask:
    """Which of these rows, in any order, are meant; none that was evicted a moment ago."""
    order = None if np.all(seqs[1:] > seqs[:-1]) else np.argsort(seqs, kind="stable")
    ascending = seqs if order is None else seqs[order]
    found = np.zeros(len(seqs), np.bool_)
    for chunk in store.chunks:
        low, high = np.searchsorted(ascending, (chunk.first_seq, chunk.next_seq))
        if low < high:
            held = chunk.holds(ascending[low:high])
            found[low:high][held] = landmark(chunk, chunk.rows_of(ascending[low:high]))
    if order is None:
        return found
    mask = np.empty_like(found)
    mask[order] = found
    return mask
