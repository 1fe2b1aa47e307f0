"""Times: how the time column writes a moment: the time of day, or since the first event, a row of the user's, or the
event before, in the table or in its trace. Where not all is of today, the day is written as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.commands.row_text import clock_time

__all__ = ["Days", "TimeMode", "time_text"]

SECOND: Final = 1_000_000_000


class TimeMode(StrEnum):
    """What the time column counts from, as the settings name it."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    DELTA = "delta"
    TRACE = "trace"

    @property
    def label(self) -> str:
        """The mode in a menu."""
        return {
            "ABSOLUTE": "time of day",
            "RELATIVE": "since the first event, or the reference",
            "DELTA": "since the row before",
            "TRACE": "since the event before in the same trace",
        }[self.name]

    @property
    def next(self) -> TimeMode:
        """The mode after this one, the first after the last."""
        modes = list(TimeMode)
        return modes[(modes.index(self) + 1) % len(modes)]

    def header(self, *, from_reference: bool = False) -> str:
        """The title of the column in this mode."""
        if self is TimeMode.RELATIVE:
            return "Since ref., s" if from_reference else "Since first, s"
        return {"ABSOLUTE": "Time", "DELTA": "Δ row, ms", "TRACE": "Δ trace, ms"}[self.name]


class Days:
    """Whether all moments that were seen are of today, so that the time of day tells enough."""

    def __init__(self) -> None:
        self.several = False
        self._from = self._until = 0

    def see(self, at: int) -> None:
        """A moment, in ns since the epoch."""
        if not self.several and not self._from <= at < self._until:
            midnight = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
            ends = (midnight.astimezone(), (midnight + timedelta(days=1)).astimezone())
            self._from, self._until = (int(end.timestamp()) * SECOND for end in ends)
            self.several |= not self._from <= at < self._until


def time_text(mode: TimeMode, at: int, origin: int | None, *, dated: bool = False) -> str:
    """`at` (ns since the epoch) as `mode` says, counted from `origin` where it counts; "" where that is unknown."""
    if mode is TimeMode.ABSOLUTE:
        return " ".join(filter(None, (day(at // SECOND) if dated else "", clock_time(at))))
    if origin is None:
        return ""
    return f"{(at - origin) / 1e9:+,.3f}" if mode is TimeMode.RELATIVE else f"{(at - origin) / 1e6:+,.3f}"


@lru_cache(maxsize=1024)
def day(seconds: int) -> str:
    """The local day of a second since the epoch; "" where that is implausible."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return ""
