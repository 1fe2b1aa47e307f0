"""Whether a capture is being recorded just now, by whatever program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["is_being_recorded"]


def is_being_recorded(path: Path) -> bool:
    """Whether a program holds the lock that lies beside a capture as long as rows are added to it."""
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        return _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
