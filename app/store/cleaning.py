"""Cleaning: what a hostile or careless source hands over, made into what a column can hold.

These run only for columns that the fast way refused, so they may be slow; they never raise.
"""

from __future__ import annotations

from typing import SupportsInt, cast

from eventscope.step import UNKNOWN


def plain_text(value: object) -> str | None:
    """Text for anything: text itself, bytes decoded, else what the object says of itself."""
    if value is None:
        return None
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    try:
        return str(value)
    except Exception:  # a foreign object may raise anything at all
        return f"<{type(value).__name__}>"


def plain_bytes(value: object) -> bytes | None:
    """Bytes for anything: a buffer copied, else its text in UTF-8."""
    if value is None:
        return None
    try:
        return bytes(memoryview(cast("bytes", value)))
    except TypeError:
        return (plain_text(value) or "").encode("utf-8", "surrogatepass")


def whole_number(value: object) -> int:
    """The number that fits in eight bytes, or UNKNOWN."""
    try:
        number = int(cast("SupportsInt", value))
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN
    return number if -(2**63) <= number < 2**63 else UNKNOWN
