"""Write-ahead file: whether it has transactions that SQLite does not read.

SQLite replays the `-wal` of a capture that was not closed up to the first frame that is not as it was written, and says
nothing of those behind. A recording that is killed, or loses its power, leaves one such transaction at most, which
nobody was told to be on the disk. Whatever lies behind that was, and is missing.

The format is SQLite's (https://www.sqlite.org/fileformat2.html#walformat): a head, then frames of a page each. A frame
says whether a transaction ends with it, repeats the salt of the head, and has the check sum of all up to itself.
Frames of another salt are what an earlier round has left.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from connectors.capture.layout import PAGE_BYTES

__all__ = ["FRAME", "HEAD", "MAGIC", "Head", "Look", "Unread", "head_of", "looks", "summed", "unread"]

HEAD: Final = 32
FRAME: Final = 24
"""Bytes of the head of the file, and of that of a frame."""

MAGIC: Final = {0x377F0682: "<u4", 0x377F0683: ">u4"}
"""Which words are summed."""

FRAMES: Final = 500
"""Looked at together: two megabytes."""

Flags = NDArray[np.bool_]


class Unread(Enum):
    """What a write-ahead file has that SQLite does not read."""

    NOTHING = "nothing that was written whole"
    PERHAPS = "one transaction at the end: it is damaged, or was never whole"
    COMMITTED = "transactions that were on the disk before others were begun"


class Head(NamedTuple):
    """What the head of the file says of its frames; `sums` is None where it is damaged, and then SQLite reads none."""

    page: int
    words: str
    salt: int | None
    sums: NDArray[np.uint32] | None


class Look(NamedTuple):
    """Some frames, and of each whether it follows the one before, is of this round, and ends a transaction."""

    frames: NDArray[Any]
    follows: Flags
    belongs: Flags
    commits: Flags


def unread(path: Path) -> Unread:
    """What the write-ahead file of a capture has that is not read, while nobody writes it."""
    try:
        with path.with_name(path.name + "-wal").open("rb") as file:
            behind = np.concatenate([*commits_behind(file), np.empty(0, np.bool_)])
    except OSError:  # without one nothing is unread, and one that nobody may read SQLite refuses
        return Unread.NOTHING
    if behind[:-1].any():
        return Unread.COMMITTED
    return Unread.PERHAPS if behind.any() else Unread.NOTHING


def commits_behind(file: BinaryIO) -> Iterator[Flags]:
    """Of the frames of this round, from the first one on that SQLite does not read: whether each ends a transaction."""
    head = head_of(file.read(HEAD))
    reads = head.sums is not None
    for look in looks(file, head):
        first = 0
        if reads:
            wrong = np.flatnonzero(~look.follows)
            reads, first = not len(wrong), int(wrong[0]) if len(wrong) else len(look.follows)
        yield look.commits[first:][look.belongs[first:]]


def head_of(data: bytes) -> Head:
    """The head of the file."""
    numbers = np.frombuffer(data.ljust(HEAD, b"\0"), ">u4")
    page, words = int(numbers[2]), MAGIC.get(int(numbers[0]))
    if words is not None and 512 <= page <= 65_536:
        sums = summed(np.zeros((1, 2), np.uint32), np.frombuffer(data[:24], words)[None])
        if (sums[0] == numbers[6:]).all():
            return Head(page, words, int(numbers[4]) << 32 | int(numbers[5]), sums)
    return Head(PAGE_BYTES, "<u4", None, None)


def looks(file: BinaryIO, head: Head) -> Iterator[Look]:
    """The frames, some at a time; one that is cut off is left out."""
    kind, salt = frame_of(head.page, head.words), head.salt
    before = np.zeros((1, 2), np.uint32) if head.sums is None else head.sums
    ours = np.array([head.sums is not None])
    while data := file.read(FRAMES * kind.itemsize):
        frames: NDArray[Any] = np.frombuffer(data, kind, len(data) // kind.itemsize)
        if not len(frames):
            return
        salt = int(frames["salt"][0]) if salt is None else salt
        told = frames["sums"].astype(np.uint32)
        begun = summed(np.concatenate((before, told[:-1])), frames["head"])
        right = (summed(begun, frames["data"]) == told).all(axis=1)
        salted = frames["salt"] == np.uint64(salt)
        belongs = salted | (right & np.concatenate((ours, salted[:-1])))
        yield Look(frames, right & salted & (frames["page"] > 0), belongs, frames["size"] > 0)
        before, ours = told[-1:], salted[-1:]


def frame_of(page: int, words: str) -> np.dtype[Any]:
    """How a frame lies in the file; its first two words are summed as well, in the order of those of the page."""
    fields = {
        "page": (">u4", 0),
        "size": (">u4", 4),
        "head": ((words, (2,)), 0),
        "salt": (">u8", 8),
        "sums": ((">u4", (2,)), 16),
        "data": ((words, (page // 4,)), FRAME),
    }
    formats, offsets = zip(*fields.values(), strict=True)
    return np.dtype({"names": [*fields], "formats": formats, "offsets": offsets, "itemsize": FRAME + page})


def summed(sums: NDArray[np.uint32], words: NDArray[Any]) -> NDArray[np.uint32]:
    """SQLite's check sums over rows of words, each going on from two sums.

    Each sum is that of the two before it and of a word. So a word counts as often as a Fibonacci number says.
    """
    begun = np.stack((sums[:, 0], sums[:, 1] - sums[:, 0]), axis=1)
    every = np.concatenate((begun, words), axis=1, dtype=np.uint32, casting="unsafe")
    counts = fibonacci(every.shape[1])
    return np.stack((every[:, :-1] @ counts[1:], every @ counts), axis=1)


@cache
def fibonacci(count: int) -> NDArray[np.uint32]:
    """So many Fibonacci numbers, the first one last, in 32 bits."""
    numbers = [1, 1]
    while len(numbers) < count:
        numbers.append((numbers[-1] + numbers[-2]) & 0xFFFF_FFFF)
    return np.array(numbers[count - 1 :: -1], np.uint32)
