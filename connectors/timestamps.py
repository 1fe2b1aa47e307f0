"""Times as other programs write them, as nanoseconds since the epoch, with no digit lost.

Text is read as RFC 3339 and its relatives; without a zone it is UTC. A number's unit follows from its size: seconds,
milliseconds, microseconds or nanoseconds. What is no time, or lies outside the years that nanoseconds reach
(1677 to 2262), is UNKNOWN.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from eventscope.step import UNKNOWN

__all__ = ["TIME_PATTERN", "from_match", "read_time", "small_decimal"]

TIME_PATTERN: Final = (
    r"(?P<seconds>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,18}))?\s?"
    r"(?P<zone>Z|z|UTC|[+-]\d\d:?\d\d)?"
)

UNITS: Final = ((Decimal(10) ** 11, 10**9), (Decimal(10) ** 14, 10**6), (Decimal(10) ** 17, 10**3))
"""Numbers below the first are in a unit of so many nanoseconds; larger ones are nanoseconds."""

MOST_DIGITS: Final = 20

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_time = re.compile(TIME_PATTERN)


def read_time(text: str) -> int:
    """Nanoseconds since the epoch, or UNKNOWN; never raises."""
    if found := _time.fullmatch(text.strip()):
        return from_match(found)
    try:
        return _in_range(_of_number(small_decimal(text)))
    except ValueError:
        return UNKNOWN


def small_decimal(text: str) -> Decimal:
    """A number that is safe to compute with: 1e999999999 would take for ever. Raises ValueError."""
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or number.adjusted() > MOST_DIGITS:
        raise ValueError("not a number of usual size")
    return number


def from_match(found: re.Match[str]) -> int:
    """The time that TIME_PATTERN has found, or UNKNOWN for one that no calendar has."""
    try:
        moment = datetime.fromisoformat(found["seconds"]).replace(tzinfo=UTC) - _offset(found["zone"])
    except (ValueError, OverflowError):
        return UNKNOWN
    since = moment - EPOCH
    fraction = int((found["fraction"] or "").ljust(9, "0")[:9])
    return _in_range((since.days * 86_400 + since.seconds) * 10**9 + fraction)


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def _of_number(number: Decimal) -> int:
    unit = next((unit for below, unit in UNITS if abs(number) < below), 1)
    return int(number * unit)


def _in_range(nanoseconds: int) -> int:
    return nanoseconds if UNKNOWN < nanoseconds < -UNKNOWN else UNKNOWN
