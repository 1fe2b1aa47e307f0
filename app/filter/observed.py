"""Observed values: which values a field has had, with how many rows each; what completion offers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.store.chunk import Chunk
from app.store.packing import CODED
from app.store.store import Store

BUDGET_S: Final = 0.008
"""Older rows are left out of the counts when looking at all of them would take longer."""

COLUMNS: Final = (*CODED, "source")


def observed(store: Store, field: str, beginning: str = "", most: int = 30) -> list[tuple[str, int]]:
    """The commonest values of a field that begin so, in any case; none for a field that has no codes."""
    counts: Counter[str] = Counter()
    deadline = time.perf_counter() + BUDGET_S
    for chunk in reversed(store.chunks if field in COLUMNS else []):
        counts.update(in_chunk(chunk, field, beginning.lower()))
        if time.perf_counter() > deadline:
            break
    return counts.most_common(most)


def in_chunk(chunk: Chunk, field: str, beginning: str) -> dict[str, int]:
    """The values of one chunk."""
    texts: Sequence[str | None] = chunk.dictionaries[field].values
    rows = np.bincount(getattr(chunk, field)[: chunk.rows], minlength=len(texts)).tolist()
    pairs = zip(texts, rows, strict=False)
    return {text: count for text, count in pairs if text and count and text.lower().startswith(beginning)}
