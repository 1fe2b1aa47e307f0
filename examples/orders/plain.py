"""Dataclasses as plain data and back: what facts and snapshots are stored as."""

from __future__ import annotations

import dataclasses
import types
import typing
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

__all__ = ["from_plain", "to_plain"]


def to_plain(value: Any) -> Any:
    """`value` as JSON can hold it; an amount becomes text, since a float would lose cents."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [to_plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def from_plain(kind: Any, value: Any) -> Any:
    """The value of type `kind` that `to_plain` made `value` of; members that it does not know are left out.

    Raises KeyError, TypeError or ValueError for what it was not made of.
    """
    if typing.get_origin(kind) is types.UnionType:
        return None if value is None else from_plain(typing.get_args(kind)[0], value)
    if typing.get_origin(kind) is tuple:
        return tuple(from_plain(typing.get_args(kind)[0], each) for each in value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: from_plain(of, value[name]) for name, of in _fields(kind).items()})
    return kind(value) if isinstance(kind, type) and issubclass(kind, Decimal | Enum) else value


@cache
def _fields(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
