"""Rows of a leaf of a capture, as the blocks that a source hands over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from connectors.capture.leaf import Leaf
from connectors.capture.row_text import NO_PAYLOAD, split_texts
from eventscope.connector import Block, Replay
from eventscope.step import UNKNOWN

__all__ = ["rows_of"]

NOBODY: Final[Mapping[int, Replay]] = {}


def rows_of(leaf: Leaf, start: int, stop: int, notes: Mapping[int, Replay] = NOBODY) -> Block:
    """Rows `start` to `stop` of a leaf, with what was noted about them by number. Raises Damaged."""
    ids, causes, keys, errors, headers = zip(*map(split_texts, leaf.texts.strings(start, stop)), strict=True)
    return Block(
        type=_texts(leaf, "type", start, stop),
        payload=_payloads(leaf, start, stop),
        id=ids,
        category=_texts(leaf, "category", start, stop),
        priority=_numbers(leaf, "priority", start, stop),
        phase=_numbers(leaf, "phase", start, stop),
        correlation_id=_texts(leaf, "correlation", start, stop),
        causation_id=causes,
        occurred_at=_numbers(leaf, "occurred", start, stop),
        producer=_texts(leaf, "producer", start, stop),
        channel=_texts(leaf, "channel", start, stop),
        key=keys,
        subscription=_texts(leaf, "subscription", start, stop),
        attempt=_numbers(leaf, "attempt", start, stop),
        queue_ns=_durations(leaf, "queue", start, stop),
        handle_ns=_durations(leaf, "handle", start, stop),
        total_ns=_durations(leaf, "total", start, stop),
        fanout=_numbers(leaf, "fanout", start, stop),
        error=errors,
        envelope=_texts(leaf, "envelope", start, stop),
        headers=headers,
        replay=_replays(leaf, start, stop, notes),
    )


def _texts(leaf: Leaf, name: str, start: int, stop: int) -> list[str | None]:
    texts = leaf.dictionaries[name]
    return [texts[code] for code in leaf.columns[name][start:stop].tolist()]


def _numbers(leaf: Leaf, name: str, start: int, stop: int) -> list[int]:
    numbers: list[int] = leaf.columns[name][start:stop].tolist()
    return numbers


def _durations(leaf: Leaf, name: str, start: int, stop: int) -> list[int]:
    """Nanoseconds, UNKNOWN where there are none."""
    durations: NDArray[Any] = leaf.columns[name][start:stop].astype(np.float64)
    known = np.isfinite(durations) & (np.abs(durations) < 2.0**63)
    numbers: list[int] = np.where(known, np.where(known, durations, 0).astype(np.int64), UNKNOWN).tolist()
    return numbers


def _payloads(leaf: Leaf, start: int, stop: int) -> list[bytes | None]:
    sizes = leaf.columns["size"][start:stop].tolist()
    payloads = leaf.payloads.strings(start, stop)
    return [None if size == NO_PAYLOAD else data for size, data in zip(sizes, payloads, strict=True)]


def _replays(leaf: Leaf, start: int, stop: int, notes: Mapping[int, Replay]) -> list[Replay]:
    names, observed = _texts(leaf, "source", start, stop), _numbers(leaf, "observed", start, stop)
    replays = list(map(Replay, names, observed))
    if notes:
        first = leaf.first_seq
        seqs = range(first + start, first + stop) if leaf.seqs is None else leaf.seqs[start:stop].tolist()
        for place, seq in enumerate(seqs):
            if seq in notes:
                replays[place] = notes[seq]._replace(source=names[place], observed_at=observed[place])
    return replays
