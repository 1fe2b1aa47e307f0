"""Payloads as bytes: JSON for any Python object, bytes as they are.

A program may publish anything: sets, NaN, its own classes, things that refer to themselves or whose `repr`
raises. `payload_bytes` gives something readable for each of them and never raises.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import math
from collections.abc import Callable, Mapping, Set
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

__all__ = ["clean_text", "payload_bytes"]

DEEPEST = 100
"""Levels kept of a payload that has to be taken apart by hand."""

LONGEST_REPR = 10_000
"""Characters kept of the `repr` of an object that JSON has no form for."""

LARGEST_INT_BITS = 14_000
"""Python refuses to write longer integers in decimal."""


def payload_bytes(payload: Any) -> bytes | None:
    """The bytes of a payload: none for None, bytes as they are, UTF-8 JSON of anything else."""
    if payload is None:
        return None
    try:
        if isinstance(payload, (bytes, bytearray, memoryview)):
            return bytes(payload)
        # A lone surrogate becomes the escape by which JSON writes it.
        return _encode(payload).encode("utf-8", "backslashreplace")
    except Exception:  # whatever the objects of a user raise while they are read
        return _encode(_plain(payload, ())).encode("utf-8", "backslashreplace")


def clean_text(value: object) -> str | None:
    """`value` as text that UTF-8 can hold; None stays None."""
    if value is None:
        return None
    text = value if isinstance(value, str) else _repr(value) if _is_odd(value) else str(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_odd(value: object) -> bool:
    return not isinstance(value, (bool, int, float, UUID, Decimal, PurePath)) or _is_huge(value)


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > LARGEST_INT_BITS


def _repr(value: object) -> str:
    try:
        return repr(value)[:LONGEST_REPR]
    except Exception as error:
        return f"<{type(value).__name__}: its repr raised {type(error).__name__}>"


def _of_bytes(value: Any) -> dict[str, str]:
    return {"$base64": base64.b64encode(value).decode("ascii")}


def _of_dataclass(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


FORMS: Final[tuple[tuple[Any, Callable[[Any], Any]], ...]] = (
    ((bytes, bytearray, memoryview), _of_bytes),
    ((datetime.datetime, datetime.date, datetime.time), lambda value: value.isoformat()),
    ((UUID, Decimal, PurePath), str),
    (Enum, lambda value: value.value),
    (Mapping, dict),
    (Set, list),
)
"""How objects that JSON has no form for are written."""


def _form(value: Any) -> Any:
    """What JSON writes in place of `value`."""
    for kind, form in FORMS:
        if isinstance(value, kind):
            return form(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _of_dataclass(value)
    return _repr(value)


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_form).encode


def _plain(value: Any, above: tuple[int, ...]) -> Any:
    """`value` rebuilt of what JSON can hold, whatever is odd in it replaced by its text."""
    if value is None or value.__class__ in (bool, str):
        return value
    if isinstance(value, (int, float)):
        return _number(value)
    if id(value) in above:
        return "<refers to itself>"
    if len(above) >= DEEPEST:
        return "<nested too deeply>"
    try:
        return _children(value, (*above, id(value)))
    except Exception:
        return _repr(value)


def _number(value: float) -> Any:
    if isinstance(value, int):
        return hex(value) if _is_huge(value) else int(value)
    return float(value) if math.isfinite(value) else str(float(value))


def _children(value: Any, above: tuple[int, ...]) -> Any:
    if isinstance(value, Mapping):
        return {clean_text(key) or "null": _plain(item, above) for key, item in list(value.items())}
    if isinstance(value, (list, tuple, Set)):
        return [_plain(item, above) for item in list(value)]
    if isinstance(value, str):
        return str.__str__(value)
    return _plain(_form(value), above)
