"""What a source's process tells the monitor: rows, calls of the sink, how it is, and how it ended.

A frame is its length in four bytes and one of these, as MessagePack. Both ends are of the same version.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, Final

import msgspec
import numpy as np

from app.store.arena import Run
from app.store.chunk import COLUMNS
from app.store.coded import Coded
from app.store.dictionary import Dictionary
from app.store.packing import Packed, pack
from app.store.parcel import Parcel
from app.store.replays import Replays
from eventscope.connector import Block, Chart, Declaration, Replay, SourceState

LENGTH: Final = struct.Struct(">I")

Strings = tuple[bytes, bytes]
"""Byte strings: all of them joined, and the bounds between them."""


class Message(msgspec.Struct, array_like=True):
    """Anything that is told."""


class Rows(Message, tag=True):
    """Packed rows, in the element types of a chunk, and the position behind them (empty: not told with these)."""

    rows: int
    numbers: dict[str, bytes]
    coded: dict[str, tuple[list[str | None], bytes]]
    payloads: Strings
    texts: Strings
    position: bytes = b""
    replays: tuple[list[str | None], bytes, dict[int, Replay]] | None = None

    def parcel(self) -> Parcel:
        """The rows, which share the memory of this message."""
        numbers = {name: np.frombuffer(data, COLUMNS[name]) for name, data in self.numbers.items()}
        coded = {name: Coded(values, np.frombuffer(codes, np.uint16)) for name, (values, codes) in self.coded.items()}
        replays = None
        if self.replays is not None:
            sources, observed, notes = self.replays
            replays = Replays(sources, np.frombuffer(observed, np.int64), notes)
        return Parcel(Packed(self.rows, numbers, coded, _run(self.payloads), _run(self.texts), replays))


class Standing(Message, tag=True):
    """The position, when no row waits to be told."""

    position: bytes


class Call(Message, tag=True):
    """A call of the sink."""

    name: str
    arguments: msgspec.Raw


class Beat(Message, tag=True):
    """A sign of life, with the memory taken, in bytes (0 if unknown)."""

    memory: int


class Log(Message, tag=True):
    """What was logged, traceback included."""

    name: str
    level: int
    text: str


class End(Message, tag=True):
    """How the run ended. `errors` names the class of what it raised and its bases; none if it raised nothing."""

    errors: tuple[str, ...]
    sentence: str
    position: bytes


CALLS: Final[dict[str, Any]] = {
    "lost": tuple[int, str],
    "declare": tuple[Declaration],
    "chart": tuple[Chart],
    "state": tuple[SourceState, str],
}
"""The calls of a sink that only tell something, and their arguments."""

Told = Rows | Standing | Call | Beat | Log | End

encode: Final = msgspec.msgpack.Encoder().encode
DECODER: Final = msgspec.msgpack.Decoder(Told)


def frame(message: Message) -> bytes:
    """A message on its way. Half characters, which UTF-8 has not, are spelt out."""
    try:
        body = encode(message)
    except UnicodeEncodeError:
        body = encode(_spelt(msgspec.to_builtins(message, builtin_types=(bytes,))))
    return LENGTH.pack(len(body)) + body


def read_frame(file: BinaryIO) -> Told | None:
    """The next message, or None when nothing more comes. Raises msgspec's errors for what is none."""
    head = file.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = file.read(length)
    return DECODER.decode(body) if len(body) == length else None


def rows_of(block: Block, position: bytes) -> Rows:
    """A block of at most 65,535 rows, packed."""
    packed = pack(block)
    return Rows(
        packed.rows,
        {name: values.tobytes() for name, values in packed.numbers.items()},
        {name: _coded(column) for name, column in packed.coded.items()},
        (bytes(packed.payloads.data), packed.payloads.bounds.tobytes()),
        (bytes(packed.texts.data), packed.texts.bounds.tobytes()),
        position,
        packed.replays and (list(packed.replays.sources), packed.replays.observed.tobytes(), packed.replays.notes),
    )


def call(name: str, *arguments: object) -> Call:
    """A call of the sink, to be told."""
    return Call(name, msgspec.Raw(encode(arguments)))


def make_call(sink: Any, told: Call) -> None:
    """Make a call that was told."""
    getattr(sink, told.name)(*msgspec.msgpack.decode(told.arguments, type=CALLS[told.name]))


def _coded(column: Any) -> tuple[list[str | None], bytes]:
    dictionary = Dictionary()
    codes = dictionary.encode(column)
    return dictionary.values, codes.tobytes()


def _run(strings: Strings) -> Run:
    return Run(strings[0], np.frombuffer(strings[1], np.int64))


def _spelt(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelt(name): _spelt(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt(each) for each in value]
    return value
