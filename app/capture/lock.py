"""Lock: one program at a time writes a capture. The file beside it says which one."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from connectors.capture.being_recorded import acknowledgement

__all__ = ["CaptureLock", "NotRecorded"]

MODE: Final = 0o600
LONGEST_NAME: Final = 200
"""Characters of a lock that are read: anybody may have written it."""

TRIES: Final = 10
A_MOMENT_S: Final = 0.02
"""Who only looks whether a capture is being recorded holds its lock for a moment."""


class NotRecorded(Exception):
    """A recording cannot begin; one sentence that says why and what to do."""


class CaptureLock:
    """Holds the lock of the capture at `path`; raises NotRecorded when somebody else does.

    The system lets go of it when the program ends, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        while True:
            self._descriptor = self._opened(path)
            if self._taken(path):
                break
            os.close(self._descriptor)  # it was taken away between the opening and the locking
        os.truncate(self._descriptor, 0)
        self._named = os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())

    def acknowledge(self, rows: int) -> None:
        """Say that so many rows are on the disk. Who finds fewer, when the program was killed, knows what was lost."""
        with suppress(OSError):  # the rows are there, and a number that is too small says nothing wrong
            os.lseek(self._descriptor, self._named, os.SEEK_SET)
            os.write(self._descriptor, acknowledgement(rows))

    def release(self) -> None:
        """Let somebody else write."""
        with suppress(OSError):  # a file that stays is no lock: nobody holds it
            self._path.unlink()
        os.close(self._descriptor)

    def _opened(self, path: Path) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), MODE)
        except OSError as error:
            raise NotRecorded(f"cannot record to {path}: {error.strerror}; choose another place") from error

    def _taken(self, path: Path) -> bool:
        """Whether the lock is ours now, and still lies where others look for it."""
        if not locked(self._descriptor):
            holder = os.read(self._descriptor, LONGEST_NAME).decode("ascii", "replace").partition("\n")[0]
            os.close(self._descriptor)
            who = holder if holder.isprintable() and holder else "another program"
            raise NotRecorded(f"{path} is being recorded by {who}; choose another name")
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def locked(descriptor: int) -> bool:
    """Lock an open file; whether that could be done."""
    for _ in range(TRIES):
        try:
            lock(descriptor)
            return True
        except OSError:
            time.sleep(A_MOMENT_S)
    return False


def lock(descriptor: int) -> None:
    """Lock an open file; raises OSError when somebody else has it locked."""
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
