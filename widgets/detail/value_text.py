"""Value text: a value as it stands in one line of the tree."""

from __future__ import annotations

from typing import Any, Final

from app.detail.json_text import JsonValue, decoded_text
from app.display import LIMIT, display

__all__ = ["value_text"]

LONGEST: Final = 4_096
"""Bytes of a text that are decoded for a line of the tree."""

MOST_PREVIEWED: Final = 3
LONGEST_PREVIEWED: Final = 24
"""Characters of each member that stand in the line of an object or array."""


def value_text(value: Any) -> str:
    """A value as it is shown: text bare, null and Booleans as in JSON, containers by their size."""
    match value:
        case JsonValue():
            return json_value_text(value)
        case str():
            return display(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return display(str(value))


def json_value_text(value: JsonValue) -> str:
    """A JSON value as it is shown; of a long text its beginning."""
    if value.is_container:
        return " · ".join(filter(None, (counted(len(value), "field" if value.is_object else "entry"), preview(value))))
    size = value.end - value.start
    if size > LONGEST:
        head = value.text.data[value.start + 1 : value.start + LONGEST].decode("utf-8", "replace")
        return f"{display(head[:LIMIT])}… ({size:,} bytes)"
    return display(decoded_text(value.raw) if value.raw.startswith(b'"') else value.raw.decode("utf-8", "replace"))


def preview(value: JsonValue) -> str:
    """The first plain members of a value, so that it need not be opened to be told from others."""
    first = list(value.members(0, min(len(value), MOST_PREVIEWED)))
    told = [
        (f"{name} " if value.is_object else "") + cut(json_value_text(v)) for name, v in first if not v.is_container
    ]
    return display(", ".join(told))


def cut(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= LONGEST_PREVIEWED else f"{text[:LONGEST_PREVIEWED]}…"


def counted(count: int, noun: str) -> str:
    """A number of things for reading."""
    plural = f"{noun}s" if not noun.endswith("y") else f"{noun[:-1]}ies"
    return f"{count:,} {noun if count == 1 else plural}" if count else "empty"
