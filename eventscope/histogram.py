"""A histogram of durations with buckets that grow with the value."""

from __future__ import annotations

from typing import Final

__all__ = ["Histogram"]

BITS: Final = 5
"""Each doubling has 2**5 buckets, so that a percentile is off by at most 1/64."""

LARGEST: Final = (1 << 44) - 1
"""Nanoseconds, almost five hours; longer is counted as that long."""


def _bucket(value: int) -> int:
    shift = value.bit_length() - BITS - 1
    return value if shift <= 0 else (shift << BITS) + (value >> shift)


def _middle(bucket: int) -> float:
    shift = max(0, (bucket >> BITS) - 1)
    lowest = (bucket - (shift << BITS)) << shift
    return lowest + ((1 << shift) - 1) / 2


class Histogram:
    """Counts durations in nanoseconds; percentiles within 1.6 %, in memory that never grows."""

    __slots__ = ("_counts", "largest")

    def __init__(self) -> None:
        self._counts = [0] * (_bucket(LARGEST) + 1)
        self.largest = 0

    def add(self, value: int) -> None:
        """Count one duration in nanoseconds."""
        if value > self.largest:
            self.largest = value
        if value > LARGEST:
            value = LARGEST
        shift = value.bit_length() - 6  # BITS + 1, and _bucket once more: this is called for every event
        self._counts[value if shift <= 0 else (shift << 5) + (value >> shift)] += 1

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self._counts)

    def percentiles(self, *fractions: float) -> list[float | None]:
        """The durations, in nanoseconds, that these fractions of all stay within; None without any."""
        total = self.count
        return [self._at(fraction * total) if total else None for fraction in fractions]

    def _at(self, rank: float) -> float:
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if count and seen >= rank:
                return min(_middle(bucket), float(self.largest))
        return float(self.largest)

    def summary(self) -> dict[str, float | int | None]:
        """Percentiles and the largest in milliseconds, and the count."""
        p50, p95, p99 = [None if p is None else p / 1e6 for p in self.percentiles(0.5, 0.95, 0.99)]
        count = self.count
        return {"p50": p50, "p95": p95, "p99": p99, "max": self.largest / 1e6 if count else None, "count": count}
