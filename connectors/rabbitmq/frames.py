"""AMQP frames as they come from the broker: deliveries are kept here, everything else is for the client library.

The library takes a task and many small reads per message, and gives the connection up at properties that it cannot
decode. Taking the frames of deliveries out of its stream is several times faster, and leaves hostile properties to us.
"""

from __future__ import annotations

import asyncio
import time
from struct import Struct
from typing import Final, NamedTuple

__all__ = ["Frames", "Message", "NotAmqp"]

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
DELIVER: Final = b"\x00\x3c\x00\x3c"
CLOSE: Final = b"\x00\x0a\x00\x32"
FRAME_END: Final = 0xCE
LARGEST_FRAME: Final = 64 * 2**20
READ_BYTES: Final = 2**17

_head = Struct(">BHI")
_u16 = Struct(">H")
_u64 = Struct(">Q")


class NotAmqp(ConnectionError):
    """What answers speaks another protocol; holds the first bytes it said."""


class Message(NamedTuple):
    """A delivery as it came: `properties` are the bytes of its AMQP properties, flags first.

    `arrived_at` is in nanoseconds since the epoch.
    """

    tag: int
    exchange: str
    routing_key: str
    properties: bytes
    body: bytes
    arrived_at: int = 0


class Frames:
    """Stands in for the stream that the library reads; `read`, `readexactly` and `at_eof` are all it uses.

    Once `channel` is set, deliveries on it are appended to `messages`, `arrived` is set, and `full` from `batch`
    messages on. `silent` counts what its owner counts, and is 0 again when anything is heard. `farewell` is the
    broker's reason for closing the connection.
    """

    def __init__(self, stream: asyncio.StreamReader, batch: int) -> None:
        self.channel: int | None = None
        self.messages: list[Message] = []
        self.arrived = asyncio.Event()
        self.full = asyncio.Event()
        self.ended = False
        self.silent = 0
        self.farewell: tuple[int, str] | None = None
        self._stream = stream
        self._batch = batch
        self._buffer = bytearray()
        self._passed = bytearray()
        self._deliver = b""
        self._properties = b""
        self._missing = 0
        self._body: list[bytes] = []
        self._heard_at = 0

    def take(self) -> list[Message]:
        """The messages that have come since the last call."""
        taken, self.messages = self.messages, []
        self.full.clear()
        if not self.ended:
            self.arrived.clear()
        return taken

    def at_eof(self) -> bool:
        """Whether nothing more will come."""
        return self.ended and not self._passed

    async def read(self, _: int = -1) -> bytes:
        """What is left for the library, if it gives up on the rest."""
        rest, self._passed = bytes(self._passed), bytearray()
        return rest

    async def readexactly(self, count: int) -> bytes:
        """The next bytes for the library; deliveries are sorted out on the way."""
        try:
            while len(self._passed) < count:
                data = await self._stream.read(READ_BYTES)
                if not data:
                    raise asyncio.IncompleteReadError(bytes(self._passed), count)
                self.silent = 0
                self._heard_at = time.time_ns()
                self._buffer += data
                self._cut()
        except BaseException:
            self._end()
            raise
        part = bytes(self._passed[:count])
        del self._passed[:count]
        return part

    def _end(self) -> None:
        self.ended = True
        self.arrived.set()
        self.full.set()

    def _cut(self) -> None:
        """Hand on all frames that are complete."""
        start, buffer = 0, self._buffer
        while len(buffer) - start >= _head.size:
            kind, channel, size = _head.unpack_from(buffer, start)
            if kind not in (METHOD, HEADER, BODY, HEARTBEAT) or size > LARGEST_FRAME:
                raise NotAmqp(bytes(buffer[start : start + 16]))
            end = start + _head.size + size + 1
            if end > len(buffer):
                break
            if buffer[end - 1] != FRAME_END:
                raise NotAmqp(bytes(buffer[start : start + 16]))
            self._hand_on(kind, channel, start, end)
            start = end
        del buffer[:start]

    def _hand_on(self, kind: int, channel: int, start: int, end: int) -> None:
        body = slice(start + _head.size, end - 1)
        if channel == self.channel:
            if kind == BODY:
                return self._add_body(bytes(self._buffer[body]))
            if kind == HEADER:
                return self._begin(bytes(self._buffer[body]))
            if kind == METHOD and self._buffer.startswith(DELIVER, body.start):
                self._deliver = bytes(self._buffer[body])
                return None
        elif kind == METHOD and self._buffer.startswith(CLOSE, body.start):
            self.farewell = _farewell(bytes(self._buffer[body]))
        self._passed += self._buffer[start:end]
        return None

    def _begin(self, header: bytes) -> None:
        """A content header: class, weight, the size of the body, then the properties."""
        self._properties = header[12:]
        (self._missing,) = _u64.unpack_from(header, 4)
        if not self._missing:
            self._complete(b"")

    def _add_body(self, part: bytes) -> None:
        self._body.append(part)
        self._missing -= len(part)
        if self._missing <= 0:
            self._complete(self._body[0] if len(self._body) == 1 else b"".join(self._body))

    def _complete(self, body: bytes) -> None:
        self._body = []
        self.messages.append(_message(self._deliver, self._properties, body, self._heard_at))
        self.arrived.set()
        if len(self.messages) >= self._batch:
            self.full.set()


def _message(deliver: bytes, properties: bytes, body: bytes, arrived_at: int) -> Message:
    """Consumer tag, delivery tag, redelivered, exchange and routing key, after the class and method."""
    at = 5 + deliver[4]
    (tag,) = _u64.unpack_from(deliver, at)
    at += 9
    exchange, at = _short(deliver, at)
    routing_key, _ = _short(deliver, at)
    return Message(tag, exchange, routing_key, properties, body, arrived_at)


def _farewell(close: bytes) -> tuple[int, str]:
    return _u16.unpack_from(close, 4)[0], _short(close, 6)[0]


def _short(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + data[at]
    return data[at + 1 : end].decode("utf-8", "backslashreplace"), end
