"""Readers: the value of a column out of what a header or a member of a payload holds; None if that is no such value.

None of them raises, whatever it is given.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from connectors.file.logline import priority_of
from connectors.timestamps import EPOCH, read_time
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.payload import clean_text
from eventscope.step import UNKNOWN

__all__ = [
    *(
        "after_retries",
        "count",
        "dotnet_time",
        "dotnet_type",
        "first_of",
        "milliseconds",
        "number",
        "parent_span",
        "plain_time",
    ),
    *("priority", "seconds", "text", "time", "trace_id"),
]

LONGEST_TEXT: Final = 8_192
"""Longer texts are no names; they keep their beginning, and a hash by which they are told apart."""

LONGEST_HEX: Final = 128
MOST_ATTEMPTS: Final = 2**16 - 1

TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?"
)
NET_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d):(\d{6}) Z")
US_TIME: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d( [AP]M)? [+-]\d\d:\d\d")

NAIVE_EPOCH: Final = EPOCH.replace(tzinfo=None)
LONGEST_PLAIN_TIME: Final = len("2026-01-31T12:00:00.123456Z")
FIRST_YEAR, LAST_YEAR = "1700", "2262"
"""Nanoseconds reach a little further; what lies outside goes the long way."""


def text(value: Any) -> str | None:
    """A value as text: 16 bytes that are no text are a UUID, others are told in hex. Arrays and objects are none."""
    if value.__class__ is bytes:
        try:
            found = value.decode()
        except UnicodeDecodeError:
            return str(UUID(bytes=value)) if len(value) == 16 else value.hex()[:LONGEST_HEX]
        if len(found) <= LONGEST_TEXT:
            return found or None
    elif value.__class__ is str:
        found = value if value.isascii() else clean_text(value) or ""
    elif value is None or isinstance(value, list | dict):
        return None
    else:
        found = clean_text(value) or ""
    return found or None if len(found) <= LONGEST_TEXT else shortened(found)


def shortened(long: str) -> str:
    """The beginning of a text that is far too long, with a hash of the whole."""
    return f"{long[:LONGEST_HEX]}…{hashlib.sha256(long.encode()).hexdigest()[:16]}"


def time(value: Any) -> int | None:
    """Nanoseconds since the epoch."""
    if value.__class__ is str:
        return plain_time(value)
    if value.__class__ is bytes and value.isascii():
        return plain_time(value.decode())
    return None if isinstance(value, bool) else plain_time(text(value) or "")


def plain_time(text: str) -> int | None:
    """Nanoseconds; times as most programs write them, with at most six digits behind the second, the short way."""
    if len(text) <= LONGEST_PLAIN_TIME and text[10:11] == "T" and FIRST_YEAR < text < LAST_YEAR:
        try:
            moment = datetime.fromisoformat(text)
            since = moment - (EPOCH if moment.tzinfo else NAIVE_EPOCH)
            return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
        except ValueError:
            pass
    time = read_time(text)
    return None if time == UNKNOWN or not text else time


def dotnet_time(value: Any) -> int | None:
    """Times of .NET frameworks: NServiceBus's own form, that of American and invariant culture, and ISO 8601."""
    stated = text(value) or ""
    if found := NET_TIME.fullmatch(stated):
        return plain_time(f"{found[1]}T{found[2]}.{found[3]}Z")
    if US_TIME.fullmatch(stated):
        form = "%m/%d/%Y %I:%M:%S %p %z" if stated[-8:-7] == "M" else "%m/%d/%Y %H:%M:%S %z"
        try:
            return plain_time(datetime.strptime(stated, form).isoformat())
        except ValueError:
            return None
    return plain_time(stated)


def priority(value: Any) -> int | None:
    """The number of a priority, by name or number."""
    found = priority_of(text(value) or "")
    return None if found == UNKNOWN_PRIORITY else found


def trace_id(value: Any) -> str | None:
    """The trace id of a W3C traceparent."""
    found = TRACEPARENT.fullmatch(text(value) or "")
    return found[1] if found else None


def parent_span(value: Any) -> str | None:
    """The parent id of a W3C traceparent."""
    found = TRACEPARENT.fullmatch(text(value) or "")
    return found[2] if found else None


def number(value: Any) -> int | None:
    """A whole number; bytes that are no digits are a big-endian one, as the Kafka client for Java writes them."""
    if isinstance(value, bytes):
        if len(value) in (4, 8) and not value.isdigit():
            return int.from_bytes(value, "big", signed=True)
        value = value.decode("latin-1")
    try:
        return int(value) if len(str(value)) <= 20 and not isinstance(value, bool) else None
    except (ValueError, TypeError, OverflowError):
        return None


def count(value: Any) -> int | None:
    """Which attempt this is; a number from 1 on."""
    found = number(value)
    return found if found is not None and 0 < found <= MOST_ATTEMPTS else None


def after_retries(value: Any) -> int | None:
    """Which attempt this is, of how often it was tried again before."""
    again = number(value)
    return None if again is None else count(again + 1)


def milliseconds(value: Any) -> int | None:
    """Milliseconds since the epoch, as nanoseconds."""
    found = number(value)
    return found * 1_000_000 if found is not None and abs(found) < 2**63 // 1_000_000 else None


def seconds(value: Any) -> int | None:
    """A duration told in seconds, as nanoseconds."""
    try:
        found = float(text(value) or "")
    except ValueError:
        return None
    return round(found * 1e9) if 0 <= found < 1e9 else None


def dotnet_type(value: Any) -> str | None:
    """The name of the first message type: without its assembly, or out of a `urn:message:…`."""
    stated = value[0] if isinstance(value, list) and value else value
    first = (text(stated) or "").partition(";")[0].partition(",")[0].strip()
    return first.removeprefix("urn:message:").replace(":", ".") or None


def first_of(*names: str) -> Any:
    """A reader of a dict: the texts of these entries, joined by a colon; None without any of them."""

    def read(found: Any) -> str | None:
        if not isinstance(found, dict):
            return None
        return ": ".join(filter(None, (text(found.get(name)) for name in names))) or None

    return read
