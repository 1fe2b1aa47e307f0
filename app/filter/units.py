"""Units: durations, sizes and moments as people write them. Each function raises ValueError with a sentence."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Final

NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
"""How long a unit of time is."""

BYTES: Final = {"b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
"""How large a unit of size is, in lower case."""

QUANTITY: Final = re.compile(r"(-?\d+(?:\.\d+)?|-?\.\d+)\s*([a-zA-Zµ]*)")
CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?")
AHEAD_NS: Final = NANOSECONDS["h"]
"""A time of day that lies at most so far ahead is one of today, else of yesterday."""

MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d\d:?\d\d)?"
)


def nanoseconds(text: str) -> float:
    """A duration such as `50ms`, `2s`, `5m`; a bare number is milliseconds."""
    found = QUANTITY.fullmatch(text)
    unit = NANOSECONDS.get(found[2] or "ms") if found else None
    if found is None or unit is None:
        raise ValueError(f"“{text}” is no duration; write a number and us, ms, s, m or h, such as 50ms.")
    return float(found[1]) * unit


def size(text: str) -> int:
    """A size such as `64KB` or `1.5MB`; a bare number is bytes, a KB is 1,024 of them."""
    found = QUANTITY.fullmatch(text)
    unit = BYTES.get((found[2] or "b").lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"“{text}” is no size; write a number and B, KB, MB or GB, such as 64KB.")
    return round(float(found[1]) * unit)


def count(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise ValueError(f"“{text}” is no whole number.")
    return int(text)


def moment(text: str, now_ns: int | None = None) -> int:
    """Nanoseconds since the epoch: `5m` ago, a time of day, or a date and time as in RFC 3339, local without a zone."""
    now_ns = time.time_ns() if now_ns is None else now_ns
    if (found := QUANTITY.fullmatch(text)) and found[2] in NANOSECONDS:
        return now_ns - round(nanoseconds(text))
    if CLOCK.fullmatch(text):
        return latest(text.zfill(len(text) + (text[1] == ":")), now_ns)
    if (found := MOMENT.fullmatch(text)) is None:
        raise ValueError(f"“{text}” is no time; write how long ago, such as 5m, or 14:02, or 2026-01-31T14:02:07Z.")
    day, clock, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(zone or '').upper()}").astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(f"“{text}” is in no calendar; check its numbers.") from error
    whole = at - datetime.fromtimestamp(0, UTC)
    return (whole.days * 86_400 + whole.seconds) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def latest(clock: str, now_ns: int) -> int:
    """When a local clock last showed that time, or will within the hour."""
    today = datetime.fromtimestamp(now_ns // 1_000_000_000).date()
    days = (today + timedelta(days=ahead) for ahead in (1, 0, -1))
    times = [moment(f"{day.isoformat()}T{clock}") for day in days]
    return next(at for at in times if at - now_ns <= AHEAD_NS)
