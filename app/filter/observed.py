"""Observed values: which values a field has had, with how many rows each; what completion offers.

It is asked at each key that is pressed, so what a full chunk holds is counted once and remembered.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from weakref import ref

import numpy as np

from app.store.chunk import Chunk
from app.store.packing import CODED
from app.store.store import Store

BUDGET_S: Final = 0.003
"""Older rows are left out of the counts when looking at all of them would take longer, and those that are in a file."""

MOST_OF_CHUNK: Final = 2_000
"""Of more different values in a chunk only the commonest count; nobody picks one out of so many."""

REMEMBERED: Final = 1_024
"""Chunks, each with one field, whose counts are remembered."""

COLUMNS: Final = (*CODED, "source")

Counts = Sequence[tuple[str, int]]


def observed(store: Store, field: str, beginning: str = "", most: int = 30) -> list[tuple[str, int]]:
    """The commonest values of a field that begin so, in any case; none for a field that has no codes."""
    counts: Counter[str] = Counter()
    deadline, beginning = time.perf_counter() + BUDGET_S, beginning.lower()
    for chunk in filter(at_hand, reversed(store.chunks if field in COLUMNS else [])):
        full = chunk is not store.chunks[-1]
        pairs = remembered(ref(chunk), chunk.serial, field) if full else of_chunk(chunk, field)
        for value, count in pairs:
            if not beginning or value.lower().startswith(beginning):
                counts[value] += count
        if time.perf_counter() > deadline:
            break
    return counts.most_common(most)


def at_hand(chunk: Chunk) -> bool:
    """Whether nobody waits for a disk who counts in it."""
    return chunk.at_hand


@lru_cache(REMEMBERED)
def remembered(chunk: ref[Chunk], serial: int, field: str) -> Counts:
    """The values of a chunk that will not change any more, which is not kept alive by this."""
    there = chunk()
    return () if there is None else of_chunk(there, field)


def of_chunk(chunk: Chunk, field: str) -> Counts:
    """The values of one chunk, with how many rows each."""
    texts: Sequence[str | None] = chunk.dictionaries[field].values
    rows = np.bincount(getattr(chunk, field)[: chunk.rows], minlength=len(texts))
    codes = np.flatnonzero(rows)
    if len(codes) > MOST_OF_CHUNK:
        codes = codes[np.argpartition(rows[codes], -MOST_OF_CHUNK)[-MOST_OF_CHUNK:]]
    pairs = ((texts[code], int(rows[code])) for code in codes.tolist() if code < len(texts))
    return [(text, count) for text, count in pairs if text]
