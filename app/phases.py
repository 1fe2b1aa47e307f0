"""Phases as look-up tables: which steps of an event's life mean what, for whole columns at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.latency.budgets import PRIORITIES
from eventscope.step import Phase


def table(phases: Collection[Phase]) -> NDArray[np.bool_]:
    """True at the value of each of `phases`; any byte can be looked up."""
    wanted = np.zeros(256, np.bool_)
    wanted[list(phases)] = True
    return wanted


ENDED: Final = table({Phase.HANDLED, Phase.FAILED})
"""A handler ran to its end: the only steps whose durations count."""
CLOSED: Final = table({Phase.HANDLED, Phase.DEAD_LETTERED, Phase.DROPPED})
"""Nothing more will come of this delivery."""
ERRORS: Final = table({Phase.FAILED, Phase.DEAD_LETTERED, Phase.DROPPED})
"""Something went wrong."""

LANES: Final = np.full(256, PRIORITIES, np.intp)
"""The lane of each priority byte: its own, or the one past the last for priorities nobody knows."""
LANES[:PRIORITIES] = np.arange(PRIORITIES)


def lanes_of(priority: NDArray[np.int8]) -> NDArray[np.intp]:
    """The lane of each priority: 0 to 3 as in EventPriority, 4 for unknown ones."""
    return LANES[priority.view(np.uint8)]
