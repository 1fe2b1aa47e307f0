"""JSON objects with their values left as the bytes they came in."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from eventscope.payload import clean_text

__all__ = ["Fields", "read_fields", "text_of", "value_of"]

Fields = dict[str, bytes]
"""The members of an object; the values are JSON."""

LONGEST_ID: Final = 256

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_fields(line: bytes) -> tuple[Fields, bool]:
    """The members of the JSON object in `line`, and whether their bytes are exactly those of the line.

    Not so strict as the standard: NaN, lone surrogates and bytes that are no UTF-8 are read too, but then the
    values are written anew. Raises ValueError that says what is wrong.
    """
    try:
        return {name: bytes(raw) for name, raw in _object.decode(line).items()}, True
    except (ValueError, RecursionError):
        value = _lenient(line)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return {clean_text(name) or "": json.dumps(item).encode() for name, item in value.items()}, False


def value_of(raw: bytes) -> Any:
    """The value that JSON stands for; raises ValueError."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return _lenient(raw)


def text_of(raw: bytes | None) -> str | None:
    """A value as the text of a column: text itself, numbers as they are written, the start of anything larger."""
    if raw is None or raw == b"null":
        return None
    if raw.startswith(b'"'):
        return clean_text(value_of(raw)) or None
    return clean_text(raw.decode("utf-8", "backslashreplace"))[:LONGEST_ID]  # type: ignore[index]


def _lenient(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8", "surrogateescape"))
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
