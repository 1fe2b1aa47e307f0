"""Capture file: a file that is written in whole transactions, each of which is on the disk before the next begins."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.capture.lock import MODE, CaptureLock, NotRecorded
from app.private_file import NotWritten, refuse_what_is_there, settle_folder
from connectors.capture.codec import bundle
from connectors.capture.layout import (
    APPLICATION_ID,
    BUNDLE,
    DOCUMENTS,
    LEAF_BITS,
    PAGE_BYTES,
    SCHEMA,
    VERSION,
    LeafHead,
    check_sum,
    document_bytes,
    head_bytes,
    piece_id,
)
from connectors.capture.opening import address_of

__all__ = ["CaptureFile", "Change"]

log = logging.getLogger(__name__)

BEGIN: Final = (
    f"PRAGMA page_size = {PAGE_BYTES}",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA secure_delete = OFF",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 33554432",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
    *SCHEMA,
)
BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""Files that SQLite makes, by what is added to the name."""

WAIT_S: Final = 2.0
"""How long to wait for readers when the file is closed."""

A_MOMENT_S: Final = 0.02


class Change(NamedTuple):
    """What one transaction does: leaves with their pieces that come, leaves that go, and documents that change."""

    leaves: Sequence[tuple[LeafHead, Mapping[int, bytes]]] = ()
    gone: Sequence[int] = ()
    documents: Mapping[str, Any] = {}


class CaptureFile:
    """A new capture at `path`, for one thread at a time. Raises NotRecorded.

    An existing file stays unless `replace`; that one is never appended to.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], *, replace: bool = False) -> None:
        self.path = path
        self._lock = CaptureLock(path)
        try:
            clear_place(path, replace=replace)
            self._db = created(path)
            self._status = path.stat()
            self.commit(Change(documents={"header": header, "extent": {"rows": 0}}))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            settle_folder(path.parent)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, sqlite3.Error | OSError):
                raise NotRecorded(f"cannot record to {path}: {reason_of(error)}; choose another place") from error
            raise

    @property
    def size(self) -> int:
        """Bytes that it takes on the disk."""
        return sum(size_of(beside(self.path, added)) for added in BESIDE[:2])

    @property
    def is_in_place(self) -> bool:
        """Whether others can find the file; if somebody has taken it away, what is written is lost."""
        try:
            return os.path.samestat(self.path.stat(), self._status)
        except FileNotFoundError:
            return False

    def commit(self, change: Change) -> None:
        """Make all of a change, or nothing of it. When this returns it is on the disk. Raises sqlite3.Error."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            for leaf in change.gone:
                db.execute("DELETE FROM leaves WHERE id = ?", (leaf,))
                db.execute(
                    "DELETE FROM pieces WHERE id BETWEEN ? AND ?", (leaf << LEAF_BITS, ((leaf + 1) << LEAF_BITS) - 1)
                )
            for head, pieces in change.leaves:
                self._write(head, pieces)
            for name, document in change.documents.items():
                self._put("documents", DOCUMENTS[name], document_bytes(document))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        if (extent := change.documents.get("extent")) and extent["rows"] is not None:
            self._lock.acknowledge(extent["rows"])

    def close(self, rest: Callable[[], None] = lambda: None) -> None:
        """Leave one file that is whole by itself, if nobody else reads it meanwhile and there is room on the disk.

        `rest` has those who read it in this process let go of it.
        """
        try:
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._be_one_file(rest)
        except sqlite3.Error as error:
            log.info("%s keeps its write-ahead file: %s", self.path, error)
        finally:
            self._db.close()
            self._lock.release()

    def _be_one_file(self, rest: Callable[[], None]) -> None:
        deadline = time.monotonic() + WAIT_S
        while True:
            rest()
            try:
                self._db.execute("PRAGMA journal_mode = DELETE").fetchall()
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(A_MOMENT_S)

    def _write(self, head: LeafHead, pieces: Mapping[int, bytes]) -> None:
        self._put("leaves", head.leaf, head_bytes(head))
        stored = pieces if head.settled else {BUNDLE: bundle(pieces)}
        for number, data in stored.items():
            self._put("pieces", piece_id(head.leaf, number), data)

    def _put(self, table: str, row: int, data: bytes) -> None:
        self._db.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", (row, check_sum(row, data), data))  # noqa: S608


def created(path: Path) -> sqlite3.Connection:
    """A new database, for its owner alone, with our empty tables in it; raises OSError and sqlite3.Error."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), MODE))
    db = sqlite3.connect(
        address_of(path, "mode=rw"), uri=True, timeout=0, check_same_thread=False, isolation_level=None
    )
    for statement in BEGIN:
        db.execute(statement).fetchall()
    return db


def clear_place(path: Path, *, replace: bool) -> None:
    """Make sure that there is no file; raises NotRecorded, and OSError."""
    try:
        refuse_what_is_there(path, replace)
    except NotWritten as error:
        raise NotRecorded(str(error)) from error
    for added in BESIDE:
        beside(path, added).unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def beside(path: Path, added: str) -> Path:
    """The file with a longer name."""
    return path.with_name(path.name + added)


def reason_of(error: sqlite3.Error | OSError) -> str:
    """Why a file cannot be written, in a few words."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return "the disk is full" if full else str(error)
