"""Times: how the time column writes a moment: the time of day, or since the first event, a row of the user's, or the
event before, in the table or in its trace.
"""

from __future__ import annotations

from enum import StrEnum

from app.commands.row_text import clock_time

__all__ = ["TimeMode", "time_text"]


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


def time_text(mode: TimeMode, at: int, origin: int | None) -> str:
    """`at` (ns since the epoch) as `mode` says, counted from `origin` where it counts; "" where that is unknown."""
    if mode is TimeMode.ABSOLUTE:
        return clock_time(at)
    if origin is None:
        return ""
    return f"{(at - origin) / 1e9:+,.3f}" if mode is TimeMode.RELATIVE else f"{(at - origin) / 1e6:+,.3f}"
