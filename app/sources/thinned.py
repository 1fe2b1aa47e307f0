"""Thinned: some of the rows of a batch, in their order; those of a parcel stay packed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Run
from app.store.coded import Coded
from app.store.packing import Packed
from app.store.parcel import Parcel
from app.store.replays import Replays
from eventscope.connector import Block

__all__ = ["Mask", "thinned"]

Mask = NDArray[np.bool_]
"""Which rows of a batch."""


def thinned(batch: Block | Parcel, keep: Mask) -> Block | Parcel:
    """The rows of a batch for which `keep` is true."""
    if isinstance(batch, Parcel):
        return Parcel(_packed(batch.packed, keep))
    chosen = keep.tolist()
    return Block._make(list(compress(column, chosen)) for column in batch)


def _packed(packed: Packed, keep: Mask) -> Packed:
    return Packed(
        int(np.count_nonzero(keep)),
        {name: values[keep] for name, values in packed.numbers.items()},
        {name: _column(texts, keep) for name, texts in packed.coded.items()},
        _run(packed.payloads, keep),
        _run(packed.texts, keep),
        packed.replays and _replays(packed.replays, keep),
    )


def _column(texts: Sequence[Any], keep: Mask) -> Sequence[Any]:
    return texts.part(texts.codes[keep]) if isinstance(texts, Coded) else list(compress(texts, keep.tolist()))


def _run(run: Run, keep: Mask) -> Run:
    starts, stops = run.bounds[:-1][keep], run.bounds[1:][keep]
    data = b"".join([run.data[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)])
    return Run(data, np.concatenate(([0], np.cumsum(stops - starts))))


def _replays(replays: Replays, keep: Mask) -> Replays:
    places = np.flatnonzero(keep).tolist()
    notes = {place: replays.notes[row] for place, row in enumerate(places) if row in replays.notes}
    return Replays(_column(replays.sources, keep), replays.observed[keep], notes)
