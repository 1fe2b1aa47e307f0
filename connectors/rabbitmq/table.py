"""AMQP properties and field tables, decoded so that nothing a publisher writes can raise or be lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from struct import Struct
from struct import error as StructError  # noqa: N812  an exception of that name is clearer
from typing import Any, Final

__all__ = ["Properties", "read_properties", "read_table"]

Properties = dict[str, Any]
"""The properties that a message has, by their AMQP names."""

DEEPEST: Final = 32
TOO_DEEP: Final = f"nested deeper than {DEEPEST} levels"

_u16 = Struct(">H")
_u32 = Struct(">I")
_u64 = Struct(">Q")


def read_properties(data: bytes) -> tuple[Properties, str | None]:
    """The properties, flags first; with them what is wrong, if they end before they should."""
    found: Properties = {}
    try:
        (flags,) = _u16.unpack_from(data)
        at = 2
        for bit, (name, read) in enumerate(PROPERTIES):
            if flags & 0x8000 >> bit:
                found[name], at = read(data, at)
    except (ValueError, IndexError, StructError) as error:
        return found, f"its AMQP properties cannot be read: {error}"
    return found, None


def read_table(data: bytes, at: int, depth: int = 0) -> tuple[dict[str, Any] | str, int]:
    """A field table and where it ends; raises ValueError, IndexError or StructError if it is cut."""
    (size,) = _u32.unpack_from(data, at)
    at, end = at + 4, at + 4 + size
    if end > len(data):
        raise ValueError("a table is longer than its message")
    if depth > DEEPEST:
        return TOO_DEEP, end
    table: dict[str, Any] = {}
    while at < end:
        name, at = _short(data, at)
        table[name], at = _value(data, at, depth + 1)
    return table, end


def _array(data: bytes, at: int, depth: int) -> tuple[list[Any] | str, int]:
    (size,) = _u32.unpack_from(data, at)
    at, end = at + 4, at + 4 + size
    if end > len(data):
        raise ValueError("an array is longer than its message")
    if depth > DEEPEST:
        return TOO_DEEP, end
    items = []
    while at < end:
        item, at = _value(data, at, depth + 1)
        items.append(item)
    return items, end


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind = data[at]
    at += 1
    if kind in NESTED:
        return NESTED[kind](data, at, depth)
    if kind in NUMBERS:
        number = NUMBERS[kind]
        value = number.unpack_from(data, at)[0]
        return (value if not isinstance(value, float) or math.isfinite(value) else repr(value)), at + number.size
    if kind not in OTHERS:
        raise ValueError(f"a value has the unknown type {chr(kind)!r}")
    return OTHERS[kind](data, at)


def _short(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + data[at]
    if end > len(data):
        raise ValueError("a text is longer than its message")
    return data[at + 1 : end].decode("utf-8", "backslashreplace"), end


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = _u32.unpack_from(data, at)
    end = at + 4 + size
    if end > len(data):
        raise ValueError("a text is longer than its message")
    return data[at + 4 : end], end


def _long(data: bytes, at: int) -> tuple[str | bytes, int]:
    """Text, or the bytes of what is none."""
    text, end = _bytes(data, at)
    try:
        return text.decode(), end
    except UnicodeDecodeError:
        return text, end


def _octet(data: bytes, at: int) -> tuple[int, int]:
    return data[at], at + 1


def _time(data: bytes, at: int) -> tuple[int, int]:
    return _u64.unpack_from(data, at)[0], at + 8


def _decimal(data: bytes, at: int) -> tuple[str, int]:
    digits = Struct(">i").unpack_from(data, at + 1)[0]
    return f"{digits}e-{data[at]}" if data[at] else str(digits), at + 5


def _headers(data: bytes, at: int) -> tuple[Any, int]:
    return read_table(data, at)


PROPERTIES: Final[tuple[tuple[str, Callable[[bytes, int], tuple[Any, int]]], ...]] = (
    ("content_type", _short),
    ("content_encoding", _short),
    ("headers", _headers),
    ("delivery_mode", _octet),
    ("priority", _octet),
    ("correlation_id", _short),
    ("reply_to", _short),
    ("expiration", _short),
    ("message_id", _short),
    ("timestamp", _time),
    ("type", _short),
    ("user_id", _short),
    ("app_id", _short),
    ("cluster_id", _short),
)
"""In the order of their flags, the highest bit first."""

NESTED: Final[dict[int, Callable[[bytes, int, int], tuple[Any, int]]]] = {ord("F"): read_table, ord("A"): _array}

NUMBERS: Final = {
    ord(kind): Struct(f">{code}")
    for kind, code in {
        **{"t": "?", "b": "b", "B": "B", "s": "h", "u": "H", "I": "i", "i": "I", "l": "q", "L": "q"},
        **{"f": "f", "d": "d"},
    }.items()
}

OTHERS: Final[dict[int, Callable[[bytes, int], tuple[Any, int]]]] = {
    ord("S"): _long,
    ord("x"): _bytes,
    ord("T"): _time,
    ord("D"): _decimal,
    ord("V"): lambda _, at: (None, at),
}
