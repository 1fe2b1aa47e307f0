"""Shapes: which services usually take a step in traces that begin alike, so that one that stays away is noticed."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["usual_services"]

LEAST: Final = 20
"""Traces of a root type from which something is learnt."""
USUAL: Final = 0.95
"""A service is usual if it took part in this share of them."""


def usual_services(ended: NDArray[Any], types: int) -> NDArray[np.int64]:
    """The services, a bit each, that took steps in nearly all of these traces, by code of the root type; else 0.

    `ended` are rows of the table of traces in which everything that was announced has ended.
    """
    calm = ended[ended["tells"] == 0]
    different, place = np.unique(calm["services"], return_inverse=True)
    pairs, counts = np.unique(calm["type"] * len(different) + place, return_counts=True)
    seen, bits = Counter[int](), dict[int, Counter[int]]()
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        type_, services = pair // len(different), int(different[pair % len(different)])
        seen[type_] += count
        took_part = bits.setdefault(type_, Counter())
        for bit in range(services.bit_length()):
            took_part[bit] += count * (services >> bit & 1)
    usual = np.zeros(types, np.int64)
    for type_, count in seen.items():
        if count >= LEAST:
            usual[type_] = sum(1 << bit for bit, times in bits[type_].items() if times >= USUAL * count)
    return usual
