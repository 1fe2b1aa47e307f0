"""Opening: a capture file is opened so that nothing in it can do harm, and what is no capture is told in a sentence.

A file from a stranger is data and never code: the schema must be ours to the letter, statements may only select, and
one that takes long is stopped.
"""

from __future__ import annotations

import logging
import sqlite3
import stat
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from connectors.capture.layout import APPLICATION_ID, MOST_STORED, SCHEMA, SUFFIX, VERSION

__all__ = ["CaptureError", "Careful", "address_of", "complaint", "has_journal", "open_capture", "size_told"]

log = logging.getLogger(__name__)

FILE_HEAD: Final = 100
LEAST_BYTES: Final = 512
"""What is smaller than the smallest page, SQLite takes for a new database."""

LONGEST_S: Final = 5.0
"""What a statement may take; ours take milliseconds."""

STEPS: Final = 20_000
"""Of SQLite's machine, between two looks at the clock."""

WAIT_S: Final = 2.0
"""How long to wait for a writer; in write-ahead mode nobody waits."""

MODES: Final = ("mode=ro", "mode=ro&immutable=1")
"""The second one is for files in a place where nothing may be written."""

ALLOWED: Final = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_TRANSACTION))
PRAGMAS: Final = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA query_only = ON",
)
FOUND: Final = "SELECT sql FROM sqlite_master ORDER BY rowid LIMIT 9"
NOT_HERE: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class CaptureError(Exception):
    """A capture cannot be read; one sentence that says why, and what to do."""


class SpoiledCapture(CaptureError):
    """The file is ours, but damaged or cut off where all else depends on it."""


class Careful(sqlite3.Connection):
    """A connection to a file of which nothing is believed. Any thread may use it, one at a time."""

    _until = 0.0

    def guard(self) -> None:
        """Bound what statements may take. It comes before anything is read. Raises sqlite3.Error."""
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_STORED)
        self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        if hasattr(self, "setconfig"):
            self.setconfig(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), True)  # noqa: B009 (from Python 3.12 on)
        self.set_progress_handler(lambda: time.monotonic() > self._until, STEPS)
        for pragma in PRAGMAS:
            self.ask(pragma)

    def ask(self, statement: str, *values: int) -> list[tuple[Any, ...]]:
        """All rows of a statement; raises sqlite3.Error, also when it takes long."""
        self._until = time.monotonic() + LONGEST_S
        return self.execute(statement, values).fetchall()


def open_capture(path: Path) -> Careful:
    """A connection that can only select. Raises CaptureError."""
    check_file(path)
    failure: sqlite3.Error | None = None
    for mode in MODES:
        try:
            return connected(path, mode)
        except sqlite3.Error as error:
            log.info("%s does not open with %s: %s", path, mode, error)
            failure = failure or error
        if has_journal(path):
            break  # what was recorded last stands in there, and would be missed
    assert failure is not None
    raise complaint(path, failure) from failure


def connected(path: Path, mode: str) -> Careful:
    """A connection to a capture of ours; raises sqlite3.Error and CaptureError."""
    address = address_of(path, mode)
    db = sqlite3.connect(
        address, uri=True, timeout=WAIT_S, check_same_thread=False, isolation_level=None, factory=Careful
    )
    try:
        db.guard()
        check_kind(path, db)
        db.set_authorizer(only_selects)
    except BaseException:
        db.close()
        raise
    return db


def address_of(path: Path, mode: str) -> str:
    """A file as SQLite is to open it."""
    return f"file:{quote(str(path.absolute()))}?{mode}"


def has_journal(path: Path) -> bool:
    """Whether there is anything in the write-ahead file beside a capture."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def check_file(path: Path) -> None:
    """Raise CaptureError for what is no file, or has nothing in it.

    The file is not opened here: to close it again would take the locks from a recorder in this process.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise CaptureError(f"there is no file {path}; check the path") from None
    except OSError as error:
        raise CaptureError(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        raise CaptureError(f"{path} is not a file; name a capture, which ends in {SUFFIX}")
    if not status.st_size:
        raise CaptureError(f"{path} is empty; nothing was recorded in it")
    if status.st_size < LEAST_BYTES:
        raise CaptureError(f"{path} is no capture of Eventscope")


def check_kind(path: Path, db: Careful) -> None:
    """Raise CaptureError for a database that is no capture, or one of a version that we do not know."""
    if db.ask("PRAGMA application_id") != [(APPLICATION_ID,)]:
        raise CaptureError(f"{path} is a database, but no capture of Eventscope; an event store opens as sqlite:PATH")
    ((version,),) = db.ask("PRAGMA user_version")
    if version != VERSION:
        raise CaptureError(
            f"{path} has format {version}, and this Eventscope reads format {VERSION}; open it where it was made"
        )
    if tuple(sql for (sql,) in db.ask(FOUND)) != SCHEMA:
        raise CaptureError(f"{path} is no capture of Eventscope: it has other tables than a capture has")


def only_selects(action: int, *_: object) -> int:
    """What SQLite asks before it prepares a statement."""
    return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY


def complaint(path: Path, error: sqlite3.Error) -> CaptureError:
    """One sentence about what SQLite could not do with a file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return CaptureError(f"{path} is no capture of Eventscope")
    if code in NOT_HERE and has_journal(path):
        return CaptureError(
            f"{path} was not closed, and cannot be opened where nothing may be written; "
            f"copy it to another folder together with {path.name}-wal"
        )
    if code in NOT_HERE:
        return CaptureError(f"{path} may not be read by you; change its mode or its owner")
    if code in BUSY:
        return CaptureError(f"{path} is used by another program just now; try again")
    if code == sqlite3.SQLITE_INTERRUPT:
        return CaptureError(f"{path} takes too long to read, as if it were made to; it is left alone")
    damage = "cut off" if is_cut(path) else "damaged"
    return SpoiledCapture(
        f"{path} is {damage} and cannot be read; copy it again, or save what can be read with `eventscope recover`"
    )


def is_cut(path: Path) -> bool:
    """Whether a file is shorter than it says."""
    return path.stat().st_size < size_told(path)


def size_told(path: Path) -> int:
    """How many bytes a database says that it has."""
    with path.open("rb") as file:
        head = file.read(FILE_HEAD)
    page = int.from_bytes(head[16:18], "big")
    return int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page)
