"""A file read to its end and then as it grows, also when it is rotated, replaced or emptied meanwhile.

Works on pipes too. The calls may block for a moment (a disk) but never wait for somebody to write.
"""

from __future__ import annotations

import os
import select
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from connectors.file.lines import Line, LineCutter

__all__ = ["GrowingFile"]

SLICE: Final = 256 * 1024
HEAD: Final = 256 * 1024
FINGERPRINT: Final = 256
"""First bytes by which a file is known again that was emptied and written anew."""


class GrowingFile:
    """The lines of the file at `path`, or of standard input for `-`. Raises OSError."""

    def __init__(self, path: Path, *, follow: bool) -> None:
        self.news = ""
        """What has happened to the file last, in words."""
        self.ended = False
        self._path = path
        self._follow = follow
        self._closing = threading.Lock()  # `close` waits for a read in another thread
        self._open()

    def _open(self) -> None:
        if str(self._path) == "-":
            self._handle = os.dup(0)
        else:
            # Without waiting, since a pipe may have no writer yet.
            self._handle = os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        found = os.fstat(self._handle)
        self.regular = stat.S_ISREG(found.st_mode)
        self.size = found.st_size
        self._identity = found.st_dev, found.st_ino
        self._restart()

    def _restart(self) -> None:
        self._cutter = LineCutter()
        self._position = 0
        self._fingerprint = b""

    def place(self) -> list[Any] | None:
        """Behind the last line that was read, as plain data for `go_to`; None for what can be read only once."""
        if not self.regular:
            return None
        return [*self._identity, self._fingerprint, self._position - self._cutter.held, *self._cutter.place]

    def go_to(self, place: Sequence[Any]) -> bool:
        """Go on behind a line that was read before; False, and nothing done, if this is not the same file."""
        device, inode, fingerprint, offset, number, skipping = place
        if (device, inode) != self._identity or self.size < offset or self._peek(len(fingerprint)) != fingerprint:
            return False
        self._fingerprint, self._position = fingerprint[:offset], offset
        self._cutter = LineCutter(number, skipping=skipping)
        os.lseek(self._handle, offset, os.SEEK_SET)
        return True

    def close(self) -> None:
        """Let go of the file. May be called again."""
        with self._closing:
            if self._handle >= 0:
                os.close(self._handle)
            self._handle = -1
            self.ended = True

    def head(self) -> bytes:
        """The first bytes of a regular file; nothing for a pipe, which gives its bytes only once."""
        return self._peek(HEAD) if self.regular else b""

    def whole(self) -> bytes:
        """All bytes of a regular file."""
        with self._closing:
            return b"" if self.ended else self._peek(self.size)

    def read(self) -> list[Line] | None:
        """The next lines, at most about SLICE bytes of them; None when there is nothing new."""
        with self._closing:
            if self.ended or not self._readable():
                return None
            if self._follow and self.regular and self._was_rewritten():
                return self._begin_again("the file was written anew")
            data = os.read(self._handle, SLICE)
            return self._feed(data) if data else self._at_end()

    def _readable(self) -> bool:
        if self.regular or not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(0))

    def _feed(self, data: bytes) -> list[Line]:
        self._position += len(data)
        self._fingerprint += data[: FINGERPRINT - len(self._fingerprint)]
        return self._cutter.feed(data)

    def _was_rewritten(self) -> bool:
        if os.fstat(self._handle).st_size < self._position:
            return True
        return self._peek(len(self._fingerprint)) != self._fingerprint

    def _peek(self, size: int) -> bytes:
        """The first bytes, wherever reading has come to."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        parts: list[bytes] = []
        while size > 0 and (part := os.read(self._handle, size)):
            parts.append(part)
            size -= len(part)
        os.lseek(self._handle, self._position, os.SEEK_SET)
        return b"".join(parts)

    def _begin_again(self, news: str) -> list[Line]:
        self.news = news
        lines = self._cutter.rest()
        os.lseek(self._handle, 0, os.SEEK_SET)
        self._restart()
        return lines

    def _at_end(self) -> list[Line] | None:
        if not self._follow or str(self._path) == "-":
            self.ended = True
            return self._cutter.rest()
        return self._reopen_if_replaced() if self.regular else None

    def _reopen_if_replaced(self) -> list[Line] | None:
        old, cutter = self._handle, self._cutter
        try:
            found = self._path.stat()
            if (found.st_dev, found.st_ino) == self._identity:
                return None
            self._open()
        except FileNotFoundError:
            self.news = "the file is gone; waiting for it to come back"
            return None
        os.close(old)
        self.news = "the file was replaced by a new one"
        return cutter.rest()
