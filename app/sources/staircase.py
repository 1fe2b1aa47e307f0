"""Staircase: what is given up while more waits than should, the least urgent first; LOW is sampled before it goes."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.packing import phases, priorities, whole
from app.store.parcel import Parcel
from app.store.worth import FAILING
from connectors.gap import GAP_TYPE
from eventscope.connector import UNKNOWN_PRIORITY, Block
from eventscope.event import EventPriority

__all__ = ["CROWDED", "FULL", "STAIRS", "Sample", "Stair", "priorities_of", "stair_at", "urgencies"]

LOW, NORMAL, HIGH, CRITICAL = sorted(EventPriority)

CROWDED: Final = 1.5
"""The fullness from which on others than LOW rows go; before that, LOW ones that wait do."""

FULL: Final = 2.0
"""The fullness from which on nothing is taken at all."""

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
"""The golden section of a circle of 2**64 steps."""


class Stair(NamedTuple):
    """From a fullness on rows less urgent than `floor` go, and of those just as urgent all but one of `rate`."""

    fullness: float
    floor: int
    rate: int = 1


STAIRS: Final = (
    Stair(1.0, LOW, 2),
    Stair(1.08, LOW, 10),
    Stair(1.16, LOW, 100),
    Stair(1.25, NORMAL),
    Stair(CROWDED, HIGH),
    Stair(1.75, CRITICAL),
    Stair(FULL, CRITICAL + 1),
)


def stair_at(fullness: float) -> Stair:
    """What is given up at a fullness of 1.0 or more."""
    return STAIRS[bisect_right(STAIRS, fullness, key=attrgetter("fullness")) - 1]


class Sample:
    """Chooses one of so many rows of a stream, spread evenly and always the same ones; the rate may change at any time.

    Multiples of the golden section lie evenly on the circle from the first on. Unlike each tenth row, what they choose
    never falls in step with a stream in which each tenth row is of the same type.
    """

    def __init__(self) -> None:
        self._next = 0

    def choose(self, rows: int, rate: int) -> NDArray[np.bool_]:
        """Which of the next `rows` rows are among one of `rate`."""
        places = np.arange(self._next, self._next + rows, dtype=np.uint64) * GOLDEN
        self._next += rows
        chosen: NDArray[np.bool_] = places <= np.uint64((2**64 - 1) // rate)
        return chosen


def priorities_of(batch: Block | Parcel) -> NDArray[np.int8]:
    """The priority of each row, as the store will have it."""
    return batch.packed.numbers["priority"] if isinstance(batch, Parcel) else priorities(whole(batch.priority))


def urgencies(batch: Block | Parcel) -> NDArray[np.int8]:
    """The priorities by which rows go: none counts as NORMAL; gaps and what failed go no sooner than CRITICAL ones."""
    stated = priorities_of(batch)
    urgent = np.where(stated == UNKNOWN_PRIORITY, np.int8(NORMAL), stated)
    steps = batch.packed.numbers["phase"] if isinstance(batch, Parcel) else phases(whole(batch.phase))
    urgent[FAILING[steps] | _are_gaps(batch)] = CRITICAL
    return urgent


def _are_gaps(batch: Block | Parcel) -> NDArray[np.bool_] | bool:
    types: Any = batch.packed.coded.get("type", ()) if isinstance(batch, Parcel) else batch.type
    return GAP_TYPE in types and np.fromiter((type_ == GAP_TYPE for type_ in types), np.bool_, batch.rows)
