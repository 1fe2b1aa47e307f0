"""Replayed: rows of a capture that are shown again, taken over column by column; nobody touches a single value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Run
from app.store.coded import Coded, LeafColumn
from app.store.packing import CODED, NO_PAYLOAD, Packed, phases, priorities, sizes
from app.store.parcel import InFile, Parcel
from app.store.replays import Replays
from connectors.file.leaf_rows import LeafRows
from eventscope.step import UNKNOWN

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
    packed = Packed(rows.rows, numbers, coded, payloads, Run(*rows.texts), replays)
    return Parcel(packed, in_file(rows, packed, replays))


def in_file(rows: LeafRows, packed: Packed, replays: Replays) -> InFile | None:
    """The same rows as their file has them; None where it has them otherwise, or has nothing of them for good."""
    if rows.home is None or not is_plausible(rows, packed):
        return None
    source, *coded = (LeafColumn(rows.dictionaries[name], rows.columns[name]) for name in ("source", *packed.coded))
    as_there = packed._replace(coded=dict(zip(packed.coded, coded, strict=True)))
    return InFile(rows.home, as_there._replace(replays=replays._replace(sources=source)))


def is_plausible(rows: LeafRows, packed: Packed) -> bool:
    """Whether nothing had to be made to fit, so that who reads these rows from the file finds the same."""
    there = rows.columns
    same = all(np.array_equal(packed.numbers[name], there[name]) for name in ("phase", "priority", "size"))
    finite = not any(np.isinf(there[name]).any() for name in DURATIONS)
    return same and finite and bool(there["source"].all()) and not (there["observed"] == UNKNOWN).any()


def column(rows: LeafRows, name: str) -> Coded:
    """A column of texts, with those only that these rows have."""
    codes = rows.columns[name]
    return Coded(rows.dictionaries[name], codes).part(codes)


def plausible(durations: NDArray[Any]) -> NDArray[Any]:
    """Durations, NaN where one is none."""
    return np.where(np.isinf(durations), np.float32(np.nan), durations)
