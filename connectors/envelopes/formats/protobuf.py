"""Protobuf without a schema: fields by their numbers, as far as the bytes tell."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from eventscope.decoder import Decoder, Message

__all__ = ["Protobuf", "fields_of", "varint"]

TYPES: Final = ("application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf")
MOST_FIELDS: Final = 10_000
DEEPEST: Final = 16
LONGEST_VARINT: Final = 10
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Protobuf(Decoder):
    """Shows field numbers. What looks like text is text, what can be a message inside is taken for one."""

    name: ClassVar = "protobuf"

    def claims(self, message: Message) -> bool:
        """By media type only: almost any bytes could be a message."""
        return message.content_type in TYPES

    def decode(self, message: Message) -> dict[str, Any]:
        """Values by field number; raises ValueError."""
        return fields_of(message.payload)


def fields_of(data: bytes) -> dict[str, Any]:
    """The fields of a message by their numbers, repeated ones as list; raises ValueError."""
    return _Reader(MOST_FIELDS).message(data, 0)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; raises ValueError."""
    value = 0
    for count in range(LONGEST_VARINT):
        if at + count >= len(data):
            raise ValueError("it is cut")
        byte = data[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            if value >= 2**64:
                break
            return value, at + count + 1
    raise ValueError("a number is too long")


class _Reader:
    def __init__(self, left: int) -> None:
        self.left = left

    def message(self, data: bytes, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        at = 0
        while at < len(data):
            self.left -= 1
            if self.left < 0:
                raise ValueError(f"it has more than {MOST_FIELDS:,} fields")
            key, at = varint(data, at)
            if not 0 < key >> 3 < 2**29:
                raise ValueError("a field has an impossible number")
            value, at = self.field(key & 7, data, at, depth)
            add(found, str(key >> 3), value)
        return found

    def field(self, wire: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
        if wire == VARINT:
            return varint(data, at)
        size = {FIXED64: 8, FIXED32: 4}.get(wire)
        if wire == BYTES:
            size, at = varint(data, at)
        if size is None:
            raise ValueError(f"a field has the unknown wire type {wire}")
        if size > len(data) - at:
            raise ValueError("a field is longer than its message")
        part = data[at : at + size]
        return (self.inside(part, depth) if wire == BYTES else int.from_bytes(part, "little")), at + size

    def inside(self, part: bytes, depth: int) -> Any:
        """Text if it is printable, a message if it can be one, else bytes."""
        try:
            if (text := part.decode()).isprintable():
                return text
        except UnicodeDecodeError:
            pass
        if depth < DEEPEST:
            try:
                return self.message(part, depth + 1)
            except ValueError:
                self.left = max(self.left, 0)
        return part


def add(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a field in, beside those of the same number."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
