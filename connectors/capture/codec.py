"""Codec: columns and dictionaries as bytes, small ones, and back again. What is read is checked before it is used."""

from __future__ import annotations

import struct
import threading
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from connectors.capture.layout import MOST_BYTES

__all__ = [
    "Damaged",
    "TooLarge",
    "array_bytes",
    "array_of",
    "bundle",
    "inflated",
    "packed",
    "texts_bytes",
    "texts_of",
    "unbundled",
]

LEVEL: Final = 1
"""Of Zstandard."""

LEAST: Final = 64
"""Fewer bytes are not compressed."""

PLAIN: Final = b"\0"
ZSTANDARD: Final = b"\1"

KINDS: Final = ("u1", "u2", "u4", "i1", "i2", "i4", "i8", "f4")
ARRAY: Final = struct.Struct("<BBBI")
"""Element type of the array, of what stands in the file, form, and number of elements."""

AS_IT_IS: Final = 0
ALIKE: Final = 1
STEPS: Final = 2
"""Forms: all elements, one for all, or the first and the differences between neighbours."""

JOINED: Final = b"\0"
MEASURED: Final = b"\1"
BETWEEN: Final = "\0"
ENTRY: Final = struct.Struct("<HI")


class Damaged(ValueError):
    """Bytes that are not what was written."""


class TooLarge(ValueError):
    """More than a piece may hold."""


class Worker(threading.local):
    """What compresses and inflates; each thread has its own."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


THREAD: Final = Worker()


def packed(data: bytes | memoryview) -> bytes:
    """Bytes compressed, if that makes them smaller; raises TooLarge."""
    if len(data) > MOST_BYTES:
        raise TooLarge(f"{len(data):,} bytes")
    small = THREAD.compress(data) if len(data) >= LEAST else data
    return ZSTANDARD + small if len(small) < len(data) else PLAIN + bytes(data)


def unpacked(data: bytes) -> bytes:
    """What was packed; raises Damaged."""
    return inflated(data[1:], None) if data[:1] == ZSTANDARD else data[1:]


def inflated(data: bytes | memoryview, size: int | None) -> bytes:
    """What was compressed, `size` bytes if that is known; raises Damaged before more memory is taken than that."""
    try:
        told = zstandard.frame_content_size(data)
        if not 0 <= told <= MOST_BYTES or size not in (None, told):
            raise Damaged(f"{told} bytes in a block of {size}")
        plain: bytes = THREAD.decompress(data, max_output_size=told, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Damaged(str(error)) from error
    if len(plain) != told:
        raise Damaged("a block that ends too early")
    return plain


def array_bytes(array: NDArray[Any]) -> bytes:
    """An array of one of the KINDS in few bytes; one whose elements are all one in memory stays so. Raises TooLarge."""
    kind = KINDS.index(array.dtype.str[1:])
    rows, form, body = len(array), AS_IT_IS, array
    if rows > 1 and not array.strides[0]:
        form, body = ALIKE, array[:1]
    elif array.dtype.itemsize == 8 and rows > 1:
        form, body = STEPS, narrow(np.diff(array))
    data = np.ascontiguousarray(body).astype(body.dtype.newbyteorder("<"), copy=False).tobytes()
    first = int(array[0]).to_bytes(8, "little", signed=True) if form == STEPS else b""
    return ARRAY.pack(kind, KINDS.index(body.dtype.str[1:]), form, rows) + packed(first + data)


def narrow(array: NDArray[Any]) -> NDArray[Any]:
    """The same whole numbers in the smallest elements that hold them."""
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    kinds = ("u1", "u2", "u4", "i8") if low >= 0 else ("i1", "i2", "i4", "i8")
    kind = next(kind for kind in kinds if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return array.astype(kind)


def array_of(data: bytes, rows: int, widest: str, *, exactly: bool = True) -> NDArray[Any]:
    """The array in these bytes: so many rows, or at most so many, of elements that go into `widest`. Raises Damaged."""
    try:
        kind, stored, form, count = ARRAY.unpack_from(data)
        element, inner = np.dtype("<" + KINDS[kind]), np.dtype("<" + KINDS[stored])
    except (struct.error, IndexError) as error:
        raise Damaged("no column") from error
    if (
        count > rows
        or (exactly and count < rows)
        or form > STEPS
        or not np.can_cast(element, widest)
        or element.kind != widest[0]
    ):
        raise Damaged(f"{count} elements of {element}, not {rows} of {widest}")
    body = unpacked(data[ARRAY.size :])
    if form == STEPS:
        return _stepped(body, inner, count)
    if inner != element or len(body) != element.itemsize * (1 if form == ALIKE else count):
        raise Damaged("a column that is cut")
    array = np.frombuffer(body, element)
    return np.broadcast_to(array, count) if form == ALIKE else array


def _stepped(body: bytes, inner: np.dtype[Any], count: int) -> NDArray[np.int64]:
    """The running sum; it may go over the edge of what eight bytes hold, and then comes back."""
    if not count or inner.kind == "f" or len(body) != 8 + inner.itemsize * (count - 1):
        raise Damaged("a column that is cut")
    steps = np.empty(count, np.int64)
    steps[0] = int.from_bytes(body[:8], "little", signed=True)
    steps[1:] = np.frombuffer(body, inner, offset=8)
    return np.cumsum(steps)


def texts_bytes(texts: Sequence[str | None]) -> bytes:
    """The texts of a dictionary, the first of which is None and not written. Raises TooLarge."""
    own = [text or "" for text in texts[1:]]
    joined = BETWEEN.join(own)
    if joined.count(BETWEEN) == max(len(own) - 1, 0):
        return packed(JOINED + joined.encode("utf-8", "surrogatepass"))
    sizes = array_bytes(narrow(np.fromiter(map(len, own), np.int64, len(own))))
    return packed(MEASURED + len(sizes).to_bytes(4, "little") + sizes + "".join(own).encode("utf-8", "surrogatepass"))


def texts_of(data: bytes, count: int) -> list[str | None]:
    """The `count` texts of a dictionary. Raises Damaged."""
    body = unpacked(data)
    try:
        own = _measured(body, count) if body[:1] == MEASURED else _joined(body, count)
    except UnicodeDecodeError as error:
        raise Damaged(str(error)) from error
    if len(own) != count - 1:
        raise Damaged(f"{len(own)} texts, not {count - 1}")
    return [None, *own]


def _joined(body: bytes, count: int) -> list[str]:
    return body[1:].decode("utf-8", "surrogatepass").split(BETWEEN) if count > 1 else []


def _measured(body: bytes, count: int) -> list[str]:
    size = int.from_bytes(body[1:5], "little")
    sizes = array_of(body[5 : 5 + size], count - 1, "u4").tolist()
    text = body[5 + size :].decode("utf-8", "surrogatepass")
    ends = list(accumulate(sizes, initial=0))
    if ends[-1] != len(text):
        raise Damaged("texts that are cut")
    return [text[first:last] for first, last in pairwise(ends)]


def bundle(pieces: Mapping[int, bytes]) -> bytes:
    """Several pieces in one."""
    heads = [ENTRY.pack(number, len(data)) for number, data in pieces.items()]
    return b"".join((len(heads).to_bytes(2, "little"), *heads, *pieces.values()))


def unbundled(data: bytes) -> dict[int, bytes]:
    """The pieces in a bundle. Raises Damaged."""
    at = 2 + int.from_bytes(data[:2], "little") * ENTRY.size
    if len(data) < at:
        raise Damaged("a bundle that is cut")
    pieces: dict[int, bytes] = {}
    for number, size in ENTRY.iter_unpack(data[2:at]):
        pieces[number] = data[at : at + size]
        at += size
    if at != len(data):
        raise Damaged("a bundle that is cut")
    return pieces
