"""Budgets: how long an event of each priority may take, from publish to the end of its handling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eventscope.event import EventPriority

DEFAULT_BUDGETS_MS: Final[Mapping[int, float]] = {
    EventPriority.CRITICAL: 10.0,
    EventPriority.HIGH: 50.0,
    EventPriority.NORMAL: 50.0,
    EventPriority.LOW: 200.0,
}

PRIORITIES: Final = len(EventPriority)


def budgets_ns(budgets_ms: Mapping[int, float] | None) -> NDArray[np.float32]:
    """Nanoseconds by priority value, the default for priorities that the mapping leaves out.

    Raises ValueError for a budget that is not positive.
    """
    chosen = {**DEFAULT_BUDGETS_MS, **(budgets_ms or {})}
    values = np.array([chosen[priority] for priority in range(PRIORITIES)], np.float32)
    if not (values > 0).all():
        raise ValueError("A latency budget must be more than 0 ms.")
    return values * np.float32(1e6)
