"""What lies beside a capture while it is recorded: a lock, and in it how many rows are known to be on the disk."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

from connectors.capture.layout import check_sum

if sys.platform != "win32":
    import fcntl

__all__ = ["acknowledged", "acknowledgement", "is_being_recorded"]

ACKNOWLEDGED: Final = re.compile(rb"\n([0-9]{19}) ([0-9]{10})")
LONGEST: Final = 1_000
"""Bytes of a lock that are read: anybody may have written it."""


def is_being_recorded(path: Path) -> bool:
    """Whether a program holds the lock that lies beside a capture as long as rows are added to it."""
    descriptor = opened(path)
    if descriptor is None:
        return False
    try:
        return _is_locked(descriptor)
    finally:
        os.close(descriptor)


def acknowledged(path: Path) -> int | None:
    """How many rows of a capture were on the disk when its recorder wrote that last; None if nobody knows.

    A lock that outlived its recorder tells it still, and so what was lost since.
    """
    descriptor = opened(path)
    if descriptor is None:
        return None
    try:
        found = ACKNOWLEDGED.search(os.read(descriptor, LONGEST))
    except OSError:  # where a lock keeps others from reading as well
        return None
    finally:
        os.close(descriptor)
    return int(found[1]) if found and int(found[2]) == check_sum(0, found[1]) else None


def acknowledgement(rows: int) -> bytes:
    """What the lock says behind its first line, always in as many bytes."""
    number = b"%019d" % rows
    return b"\n%s %010d" % (number, check_sum(0, number))


def opened(path: Path) -> int | None:
    """A descriptor of the lock of a capture; None if there is none."""
    try:
        return os.open(f"{path}.lock", os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None


def _is_locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
