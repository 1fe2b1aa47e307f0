"""MessagePack, by its media type or because all of the bytes are one map of it."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec

from eventscope.decoder import Decoder, Message

__all__ = ["MessagePack"]

TYPES: Final = ("application/msgpack", "application/x-msgpack", "application/vnd.msgpack")
MAPS: Final = (*range(0x81, 0x90), 0xDE, 0xDF)


class MessagePack(Decoder):
    """Read by msgspec, which builds nothing that the bytes do not hold."""

    name: ClassVar = "messagepack"

    def claims(self, message: Message) -> bool:
        """By media type, or by a map at the beginning."""
        return message.content_type in TYPES or (message.payload[:1] != b"" and message.payload[0] in MAPS)

    def decode(self, message: Message) -> Any:
        """One value; raises ValueError."""
        try:
            return msgspec.msgpack.decode(message.payload)
        except (msgspec.DecodeError, RecursionError, MemoryError) as error:
            raise ValueError(f"no MessagePack: {error}") from error
