"""Absent: why a cause that events name is not in the trace, as far as it can be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from app.store.store import Store
from app.traces.nodes import NodeKind, TraceNode
from app.traces.spans import SPAN

__all__ = ["Absent", "explain_ghosts"]

EARLY_NS: Final = 30_000_000_000
"""What came so soon after the first event of its source may well have had a cause before that."""


class Absent(StrEnum):
    """Why something was not captured."""

    BEFORE = "before this capture began"
    EVICTED = "evicted"
    UNSEEN = "not captured"


def explain_ghosts(
    store: Store, nodes: Sequence[TraceNode], first_seq: int | None, spans: Collection[str] = ()
) -> list[str]:
    """Say of each missing cause why it is missing, and give these reasons; `spans` are those that are no events.

    `first_seq` is the first row ever seen of the trace, if known.
    """
    ghosts = [node for node in nodes if node.kind is NodeKind.GHOST]
    no_events = {(NodeKind.GHOST, span) for span in spans}
    for ghost in ghosts:
        if ghost.key in no_events:
            ghost.title, ghost.badges = f"span {ghost.title.removeprefix('span ')}", (SPAN,)
        else:
            below = nodes[ghost.index + 1] if ghost.children else None
            seq = below.seq if below is not None else None
            ghost.badges = (Absent.UNSEEN if seq is None else why(store, seq, first_seq),)
    return [badge for ghost in ghosts for badge in ghost.badges]


def why(store: Store, seq: int, first_seq: int | None) -> str:
    """Why the cause of row `seq` is missing."""
    if first_seq is not None and not store.keeps(first_seq):
        return Absent.EVICTED
    began = beginning(store, seq)
    ((observed,),) = store.cells([seq], ("observed_at",))
    return Absent.BEFORE if began is not None and observed - began < EARLY_NS else Absent.UNSEEN


def beginning(store: Store, seq: int) -> int | None:
    """When the first row of the source of a row was seen (ns since the epoch); None when that was evicted."""
    if store.evicted or store.cleared:
        return None
    ((source,),) = store.cells([seq], ("source",))
    for chunk in store.chunks:
        code = chunk.dictionaries["source"].code(source)
        if code is not None:
            return int(chunk.observed[int(np.argmax(chunk.source[: chunk.rows] == code))])
    return None
