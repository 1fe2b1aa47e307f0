"""Neighbours: the events of a trace that come before and after each other."""

from __future__ import annotations

import numpy as np

from app.columns.wording import moment
from app.store.store import Store

__all__ = ["moment_before"]


def moment_before(store: Store, seq: int, correlation_id: str | None) -> int | None:
    """When the event before in the same trace happened (ns since the epoch), None when there is none that is kept."""
    if correlation_id is None:
        return None
    for chunk in reversed(store.chunks):
        code = chunk.dictionaries["correlation"].code(correlation_id)
        if code is not None:
            rows = np.flatnonzero(chunk.correlation[: chunk.place_of(seq)] == code)
            if len(rows):
                return moment(store.event(int(chunk.seqs_of(rows[-1:])[0])))
    return None
