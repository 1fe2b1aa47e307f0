"""Mending: a copy of a capture that was not closed is given back what SQLite does not replay of its write-ahead file.

SQLite stops at the first frame that is damaged. All that lies behind it may be whole, and the check sums of rows tell
what is not. So frames are given sums that follow each other, whatever is in them.
"""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from typing import Final

import numpy as np

from connectors.capture.reader import CaptureError, CaptureReader, Damaged
from connectors.capture.write_ahead import FRAME, HEAD, MAGIC, Head, Unread, head_of, looks, summed, unread

__all__ = ["mend"]

FORMAT: Final = 3_007_000
"""Of write-ahead files; there is no other."""


def mend(copy: Path) -> None:
    """Have SQLite replay all of the write-ahead file of a copy, if more rows can be read so. Raises OSError."""
    if unread(copy) is Unread.NOTHING:
        return
    wal, shm = (copy.with_name(copy.name + added) for added in ("-wal", "-shm"))
    before, aside = readable(copy), copy.with_name(copy.name + "-aside")
    wal.rename(aside)
    write_mended(aside, wal)
    shm.unlink(missing_ok=True)
    if readable(copy) <= before:
        shutil.copyfile(aside, wal)
        shm.unlink(missing_ok=True)


def readable(copy: Path) -> int:
    """How many rows can be read."""
    rows = 0
    try:
        reader = CaptureReader(copy)
    except CaptureError:
        return 0
    try:
        for head in reader.survey().leaves:
            try:
                rows += reader.leaf(head).rows
            except Damaged:
                continue
    except CaptureError:
        return rows
    finally:
        reader.close()
    return rows


def write_mended(damaged: Path, to: Path) -> None:
    """Write all frames of the last round again, with sums of what they have."""
    with damaged.open("rb") as source, to.open("wb") as file:
        first = source.read(HEAD + FRAME)
        source.seek(HEAD)
        head = head_of(first[:HEAD])
        salt = int.from_bytes(first[HEAD + 8 : HEAD + 16]) if head.salt is None else head.salt
        begin = head_bytes(head, salt)
        sums = np.frombuffer(begin, ">u4")[None, 6:].astype(np.uint32)
        file.write(begin)
        for look in looks(source, head):
            frames = look.frames[look.belongs & (look.frames["page"] > 0)]
            frames["salt"] = salt
            for frame in np.split(frames, len(frames)) if len(frames) else ():
                frame["sums"] = sums = summed(summed(sums, frame["head"]), frame["data"])
            file.write(frames.tobytes())


def head_bytes(head: Head, salt: int) -> bytes:
    """The head of the file for frames of this salt."""
    magic = next(number for number, words in MAGIC.items() if words == head.words)
    told = struct.pack(">IIIIQ", magic, FORMAT, head.page, 0, salt)
    sums = summed(np.zeros((1, 2), np.uint32), np.frombuffer(told, head.words)[None])
    return told + sums.astype(">u4").tobytes()
