"""CBOR (RFC 8949), by its media type, its own mark, or because all of the bytes are one map of it."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, ClassVar, Final

from eventscope.decoder import Decoder, Message

__all__ = ["Cbor"]

SELF_DESCRIBED: Final = b"\xd9\xd9\xf7"
MAPS: Final = (*range(0xA1, 0xBC), 0xBF)
DEEPEST: Final = 64
MOST_ITEMS: Final = 100_000
INDEFINITE: Final = 31
SIMPLE: Final = {20: False, 21: True, 22: None, 23: None}
BREAK: Final = object()
FLOATS: Final = {25: Struct(">e"), 26: Struct(">f"), 27: Struct(">d")}


class Cbor(Decoder):
    """Reads what JSON can hold, and bytes. Tags are left out, what they tag is read."""

    name: ClassVar = "cbor"

    def claims(self, message: Message) -> bool:
        """By media type or by the first bytes."""
        kind, payload = message.content_type, message.payload
        return kind == "application/cbor" or kind.endswith("+cbor") or payload[:3] == SELF_DESCRIBED or (
            payload[:1] != b"" and payload[0] in MAPS
        )  # fmt: skip

    def decode(self, message: Message) -> Any:
        """One value; raises ValueError."""
        reader = _Reader(message.payload)
        value = reader.item(0)
        if reader.at != len(message.payload):
            raise ValueError("no CBOR: more follows the value")
        return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.items = 0

    def item(self, depth: int) -> Any:
        self.items += 1
        if depth > DEEPEST or self.items > MOST_ITEMS:
            raise ValueError("no CBOR that is read: it is nested too deeply, or has too many items")
        head = self.take(1)[0]
        major, info = head >> 5, head & 31
        if major == 7:
            return self.simple(info)
        if major == 6:
            self.argument(info)
            return self.item(depth + 1)
        return self.value(major, None if info == INDEFINITE else self.argument(info), depth)

    def value(self, major: int, count: int | None, depth: int) -> Any:
        if major < 2 and count is not None:
            return count if major == 0 else -1 - count
        if major in (2, 3):
            return self.string(major, count, depth)
        if major == 4:
            return self.several(count, lambda: self.item(depth + 1))
        if major == 5:
            return dict(self.several(count, lambda: self.pair(depth + 1)))
        raise ValueError("no CBOR: a length is missing")

    def string(self, major: int, count: int | None, depth: int) -> Any:
        if count is None:
            parts = self.several(None, lambda: self.item(depth + 1))
            kind: type = bytes if major == 2 else str
            if not all(isinstance(part, kind) for part in parts):
                raise ValueError("no CBOR: a string is made of something else")
            return kind().join(parts)
        data = self.take(count)
        return data if major == 2 else data.decode()

    def several(self, count: int | None, read: Callable[[], Any]) -> list[Any]:
        found: list[Any] = []
        while count is None or len(found) < count:
            if (one := read()) is BREAK:
                if count is None:
                    return found
                raise ValueError("no CBOR: it breaks off")
            found.append(one)
        return found

    def pair(self, depth: int) -> Any:
        key = self.item(depth)
        if key is BREAK:
            return BREAK
        value = self.item(depth)
        if value is BREAK or isinstance(key, (dict, list)):
            raise ValueError("no CBOR that is read: a key is no text or number")
        return key, value

    def simple(self, info: int) -> Any:
        if info == INDEFINITE:
            return BREAK
        if info in FLOATS:
            return FLOATS[info].unpack(self.take(FLOATS[info].size))[0]
        if info not in SIMPLE:
            raise ValueError("no CBOR: an unknown simple value")
        return SIMPLE[info]

    def argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise ValueError("no CBOR: an impossible length")
        return int.from_bytes(self.take(1 << (info - 24)), "big")

    def take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        if len(part) < count:
            raise ValueError("no CBOR: it is cut")
        self.at += count
        return part
