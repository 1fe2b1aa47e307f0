"""A figure: one measured ratio beside the limit it is held against, in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit` with its spread over the repeats, beside `limit` (what it is compared with).

    `ratio` is what the goal speaks about; `goal` is its sentence and `met` whether it holds.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    limit: str
    ratio: float
    goal: str
    met: bool


class LeftOut(Exception):
    """What a benchmark needs is missing on this machine; the sentence says what, and how to get it."""


def repeat(measure: Callable[[], float], times: int = 5) -> tuple[float, float, float]:
    """Median, lowest and highest of `times` measurements."""
    values = sorted(measure() for _ in range(times))
    return statistics.median(values), values[0], values[-1]
