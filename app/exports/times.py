"""Times and durations as exports write them: RFC 3339 in UTC with all nanoseconds, and milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000_000


def rfc3339(ns: int | None) -> str | None:
    """Nanoseconds since the epoch, in eight bytes, as `2026-11-21T04:06:07.123456789Z`; None stays None."""
    if ns is None:
        return None
    seconds, rest = divmod(ns, SECOND)
    return f"{second(seconds)}.{rest:09d}Z"


@lru_cache(maxsize=1024)
def second(seconds: int) -> str:
    """The date and time of a second; events of one second share it."""
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def milliseconds(ns: float | None) -> float | None:
    """Nanoseconds as milliseconds with a fraction; None stays None."""
    return None if ns is None else round(ns / 1e6, 6)
