"""Fairness: how room is divided among groups that want different amounts of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def water_level(sizes: NDArray[np.int64], room: float) -> float:
    """The most that each group may have if all together are to have `room`: who wants less leaves the rest to others.

    Infinite when there is room for all.
    """
    if sizes.sum() <= room:
        return float("inf")
    ordered = np.sort(sizes)
    before = np.cumsum(ordered) - ordered
    sharing = np.arange(len(ordered), 0, -1)
    place = int(np.searchsorted(before + ordered * sharing, room))
    return max(float((room - before[place]) / sharing[place]), 0.0)


def newest_within(groups: NDArray[np.integer], sizes: Ints, newer: Ints, level: float) -> NDArray[np.bool_]:
    """Which rows stay when each group keeps its newest ones up to the level. Rows are in order of age, oldest first.

    `newer` has what each group keeps already of rows that are newer than all of these.
    """
    order = np.argsort(groups[::-1], kind="stable")
    group, size = groups[::-1][order], sizes[::-1][order]
    total = np.cumsum(size)
    first = np.flatnonzero(np.diff(group.astype(np.int64), prepend=-1))
    before = np.repeat(total[first] - size[first], np.diff(np.append(first, len(group))))
    stays = np.empty(len(group), np.bool_)
    stays[order] = total - before + newer[group] <= level
    return stays[::-1]
