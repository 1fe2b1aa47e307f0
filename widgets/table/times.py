"""Times: how the time column writes a moment: the time of day, since the first event, or since the row before."""

from __future__ import annotations

from enum import StrEnum

from app.commands.row_text import clock_time

__all__ = ["TimeMode", "time_text"]


class TimeMode(StrEnum):
    """What the time column counts from, as its menu names it."""

    ABSOLUTE = "Time of day"
    RELATIVE = "Since the first event"
    DELTA = "Since the row before"

    @property
    def header(self) -> str:
        """The header of the column in this mode."""
        return {"ABSOLUTE": "Time", "RELATIVE": "Since first, s", "DELTA": "Δ, ms"}[self.name]


def time_text(mode: TimeMode, at: int, origin: int, before: int | None) -> str:
    """`at` (ns since the epoch) as `mode` says; `before` is the row above, None when there is none."""
    if mode is TimeMode.ABSOLUTE:
        return clock_time(at)
    if mode is TimeMode.RELATIVE:
        return f"{(at - origin) / 1e9:+,.3f}"
    return "" if before is None else f"{(at - before) / 1e6:+,.3f}"
