"""One tapped program as the monitor hears it: magic, hello, then frames, each of them checked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, cast

import msgspec
from msgspec import Meta

from connectors.tap.steps import read_steps
from eventscope.address import is_ours
from eventscope.connector import Declaration, DeclaredSubscription
from eventscope.wire import HEADER, HELLO_LIMIT, LARGEST_FRAME, MAGIC, VERSION, Kind

if TYPE_CHECKING:
    from connectors.tap.room import TapRoom

__all__ = ["Hello", "TapClient"]

HELLO_S: Final = 2.0

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0, le=2**62)]


class Hello(msgspec.Struct):
    """Who a program says it is."""

    version: int
    pid: int
    program: Name
    bus: Name
    started_at: int


class _Subscriptions(msgspec.Struct):
    subscriptions: list[DeclaredSubscription]


class _Heartbeat(msgspec.Struct):
    emitted: Count
    sent: Count
    dropped: Count


_hello = msgspec.json.Decoder(Hello)
_subscriptions = msgspec.json.Decoder(_Subscriptions)
_heartbeat = msgspec.json.Decoder(_Heartbeat)


class TapClient(asyncio.Protocol):
    """A connection. Anything wrong that it sends ends it, with a reason that is shown."""

    def __init__(self, room: TapRoom) -> None:
        self._room = room
        self._buffer = bytearray()
        self._magic_seen = False
        self._channel = ""
        self._dropped = 0
        self._news = ""
        self._said_bye = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the program in, unless it is somebody else's or there are too many."""
        self._transport = cast(asyncio.Transport, transport)
        self._hello_timer = asyncio.get_running_loop().call_later(HELLO_S, self._too_late)
        full = self._room.full
        self._room.enter(self)
        if not is_ours(self._transport.get_extra_info("socket")):
            self.send_away("a program of another user was refused")
        elif full:
            self.send_away("a program was refused: too many are connected")

    def data_received(self, data: bytes) -> None:
        """Read all frames that are complete."""
        if self._transport.is_closing():
            return
        self._buffer += data
        try:
            if self._read_magic():
                while frame := self._next_frame():
                    self._read_frame(*frame)
        except (ValueError, RecursionError) as error:
            self._refuse(str(error))

    def connection_lost(self, error: Exception | None) -> None:
        """Report the end, and what was cut off by it."""
        self._hello_timer.cancel()
        if self._channel and not self._news:
            self._news = f"{self._channel} " + ("has ended" if self._said_bye else "went away without a goodbye")
            if len(self._buffer) > HEADER.size and self._buffer[HEADER.size - 1] == Kind.STEPS:
                self._room.sink.lost(1, f"{self._channel}: its last steps were cut off, at least one")
        self._room.leave(self, self._channel, self._news)

    def send_away(self, reason: str) -> None:
        """Close the connection at once."""
        self._news = self._news or reason
        self._transport.abort()

    def _too_late(self) -> None:
        if not self._channel:
            self.send_away("a connection was closed: it did not say who it is")

    def _refuse(self, reason: str) -> None:
        if self._channel:
            self._room.sink.lost(1, f"{self._channel}: sent what cannot be read, at least one event ({reason})")
        self.send_away(f"{self._channel or 'a connection'} was closed: {reason}")

    def _read_magic(self) -> bool:
        if self._magic_seen:
            return True
        if not MAGIC.startswith(self._buffer[: len(MAGIC)]):
            raise ValueError("it is no tap")
        if len(self._buffer) < len(MAGIC):
            return False
        del self._buffer[: len(MAGIC)]
        self._magic_seen = True
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        if len(self._buffer) < HEADER.size:
            return None
        length, kind = HEADER.unpack_from(self._buffer)
        if length > (LARGEST_FRAME if self._channel else HELLO_LIMIT):
            raise ValueError(f"a frame of {length:,} bytes is too long")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(memoryview(self._buffer)[HEADER.size : end])
        del self._buffer[:end]
        return kind, body

    def _read_frame(self, kind: int, body: bytes) -> None:
        if (kind == Kind.HELLO) == bool(self._channel):
            raise ValueError("its hello does not come first")
        match kind:
            case Kind.STEPS:
                self._room.sink.push(read_steps(body, self._channel))
            case Kind.HEARTBEAT:
                self._count_drops(_heartbeat.decode(body))
            case Kind.SUBSCRIPTIONS:
                listed = tuple(_subscriptions.decode(body).subscriptions)
                self._room.sink.declare(Declaration(self._channel, listed))
            case Kind.HELLO:
                self._greet(_hello.decode(body))
            case Kind.BYE:
                self._said_bye = True
            case _:
                raise ValueError(f"a frame of kind {kind} is unknown")

    def _greet(self, hello: Hello) -> None:
        if hello.version != VERSION:
            versions = f"version {hello.version} of the protocol, this monitor version {VERSION}"
            raise ValueError(f"{hello.program} speaks {versions}; upgrade the older one")
        self._hello_timer.cancel()
        self._channel = self._room.introduce(self, hello)

    def _count_drops(self, heartbeat: _Heartbeat) -> None:
        if heartbeat.dropped > self._dropped:
            lost, self._dropped = heartbeat.dropped - self._dropped, heartbeat.dropped
            self._room.sink.lost(lost, f"{self._channel}: the monitor was too slow for it")
