"""Replayed: rows of a capture that are shown again, taken over column by column; nobody touches a single value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Run
from app.store.coded import Coded
from app.store.packing import CODED, NO_PAYLOAD, Packed, phases, priorities, sizes
from app.store.parcel import Parcel
from app.store.replays import Replays
from connectors.file.leaf_rows import LeafRows

__all__ = ["parcel_of"]

DURATIONS = ("queue", "handle", "total")


def parcel_of(rows: LeafRows) -> Parcel:
    """The same rows, ready for the store. Numbers that no row can have are made to fit, as those of a source are."""
    payloads = Run(*rows.payloads)
    numbers = {name: rows.columns[name] for name in ("attempt", "fanout", "occurred")}
    numbers |= {name: plausible(rows.columns[name]) for name in DURATIONS}
    numbers["phase"] = phases(rows.columns["phase"].astype(np.int64))
    numbers["priority"] = priorities(rows.columns["priority"].astype(np.int64))
    absent = rows.columns["size"] == NO_PAYLOAD
    numbers["size"] = np.where(absent, np.uint32(NO_PAYLOAD), sizes(payloads))
    coded = {name: column(rows, name) for name in CODED if rows.columns[name].any()}
    replays = Replays(column(rows, "source"), rows.columns["observed"], dict(rows.notes))
    return Parcel(Packed(rows.rows, numbers, coded, payloads, Run(*rows.texts), replays))


def column(rows: LeafRows, name: str) -> Coded:
    """A column of texts, with those only that these rows have."""
    codes = rows.columns[name]
    return Coded(rows.dictionaries[name], codes).part(codes)


def plausible(durations: NDArray[Any]) -> NDArray[Any]:
    """Durations, NaN where one is none."""
    return np.where(np.isinf(durations), np.float32(np.nan), durations)
