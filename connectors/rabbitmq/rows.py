"""Rows of the management API, read without trusting them: a value of another type than expected is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["DEFAULT", "Row", "count", "in_words", "inner", "rate", "rows", "text"]

Row = Mapping[str, Any]

DEFAULT: Final = "(default)"
"""What the exchange without a name is called."""

LONGEST: Final = 255
"""Characters; AMQP allows no longer names."""


def rows(answer: Any) -> list[Row]:
    """The rows of an answer."""
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


def text(row: Row, name: str) -> str:
    """A text, empty if there is none."""
    value = row.get(name)
    return value[:LONGEST] if isinstance(value, str) else ""


def count(row: Row, name: str) -> int:
    """A whole number, -1 if there is none."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1


def rate(stats: Row, name: str) -> float:
    """How many a second, -1 if that is not told."""
    value = inner(stats, f"{name}_details").get("rate")
    return max(float(value), 0.0) if isinstance(value, int | float) else -1


def inner(row: Row, name: str) -> Row:
    """What is told within a row, empty if nothing is."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def in_words(arguments: Row) -> str:
    """The arguments of a binding: `shop=north, x-match=any`."""
    return ", ".join(f"{name}={value}" for name, value in sorted(arguments.items()))[:LONGEST]
