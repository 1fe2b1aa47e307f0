"""Reader: a capture file read piece by piece, by any thread, also while another process goes on recording in it.

What was damaged is told, and the rest is read: each piece is checked when it is fetched.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from connectors.capture.being_recorded import acknowledged, is_being_recorded
from connectors.capture.codec import Damaged, unbundled
from connectors.capture.correlations import bucket_count, bucket_of, codes_in
from connectors.capture.layout import (
    BUCKET,
    BUNDLE,
    CODED,
    DOCUMENTS,
    GROUP,
    MOST_ROWS,
    PLACES,
    LeafHead,
    check_sum,
    piece_id,
)
from connectors.capture.leaf import Leaf, column_of, decode, dictionary_of, group_of, seqs_of
from connectors.capture.opening import CaptureError, Careful, complaint, open_capture
from connectors.capture.strings import Places, places_from
from connectors.capture.write_ahead import Unread, unread

__all__ = ["CaptureError", "CaptureReader", "Damaged", "Lost", "Survey"]

log = logging.getLogger(__name__)

HEADS: Final = "SELECT id, crc, data FROM leaves WHERE id > ? ORDER BY id LIMIT 1000"
PIECE: Final = "SELECT crc, data FROM pieces WHERE id = ?"
DOCUMENT: Final = "SELECT crc, data FROM documents WHERE id = ?"
CORRELATION: Final = CODED.index("correlation")


class Lost(NamedTuple):
    """So many rows were recorded behind the first `position`, and cannot be read; `rows` is None if nobody knows."""

    position: int
    rows: int | None


class Survey(NamedTuple):
    """What there is to read, in the order in which it was recorded, and what is missing between."""

    leaves: list[LeafHead]
    lost: list[Lost]


class CaptureReader:
    """The capture at `path`, open for reading. Raises CaptureError, as do all calls when the file fails them.

    Calls that read a part of a leaf raise Damaged when it is not what was written, or when the leaf is gone: journal
    leaves are merged while a capture is recorded, and then another survey has one in their place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[Careful] = []
        self._lock = threading.Lock()
        self._bundle: tuple[int, dict[int, bytes]] = (0, {})
        self._idle.append(open_capture(path))
        self._file = file_at(path)

    def close(self) -> None:
        """Let go of the file. It is opened again when there is something to read."""
        with self._lock:
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def survey(self) -> Survey:
        """All leaves that can be found, and the rows of those that cannot."""
        on_disk, left = acknowledged(self.path), self._unread()  # before others may be added
        with self._connection() as db, self._complaining():
            db.ask("BEGIN")
            found = list(self._heads(db))
            extent = self._document(db, "extent")
            db.ask("ROLLBACK")
        told = extent if isinstance(extent, dict) else {}
        rows = told.get("rows") if isinstance(told.get("rows"), int) else None
        if rows is None or "ended_at_ns" in told:  # what lies beside a capture that ended is not its own any more
            return surveyed(found, rows, more=False)
        more = left is Unread.COMMITTED or (left is Unread.PERHAPS and on_disk is None)
        return surveyed(found, max(rows, on_disk or 0), more=more)

    def _unread(self) -> Unread:
        """What is damaged of what was not put into the file itself yet."""
        return Unread.NOTHING if is_being_recorded(self.path) else unread(self.path)

    def document(self, name: str) -> Any:
        """One of layout.DOCUMENTS; None when it is not there or damaged."""
        with self._connection() as db, self._complaining():
            return self._document(db, name)

    def leaf(self, head: LeafHead) -> Leaf:
        """A whole leaf."""
        return decode(head, lambda number: self.piece(head, number))

    def seqs(self, head: LeafHead) -> NDArray[np.int64] | None:
        """The numbers of its rows, None when they follow one another."""
        return seqs_of(head, lambda number: self.piece(head, number))

    def column(self, head: LeafHead, name: str) -> NDArray[Any]:
        """One of layout.COLUMNS, in elements that may be smaller; not to be written to."""
        return column_of(head, name, lambda number: self.piece(head, number))

    def dictionary(self, head: LeafHead, name: str) -> list[str | None]:
        """The texts behind the codes of a column."""
        return dictionary_of(head, name, lambda number: self.piece(head, number))

    def places(self, head: LeafHead, name: str) -> Places:
        """Where the `payloads` or the `texts` lie."""
        return places_from(self.piece(head, PLACES[name]), head.rows)

    def group(self, head: LeafHead, name: str, places: Places, group: int) -> bytes:
        """The compressed blocks of one group of payloads or texts, for `places.block_in`."""
        return group_of(places.span_of(group), self.piece(head, GROUP[name] + group))

    def correlated(self, head: LeafHead, correlation_id: str) -> list[int]:
        """The codes that may stand for a correlation in a settled leaf; nearly always at most one.

        The dictionary tells for certain.
        """
        buckets = bucket_count(head.counts[CORRELATION])
        bucket = self.piece(head, BUCKET + bucket_of(correlation_id, buckets))
        return codes_in(bucket, correlation_id)

    def piece(self, head: LeafHead, number: int) -> bytes:
        """A piece of a leaf by its number. Raises Damaged."""
        if head.settled:
            return self._stored(head.leaf, number)
        leaf, pieces = self._bundle
        if leaf != head.leaf:
            pieces = unbundled(self._stored(head.leaf, BUNDLE))
            self._bundle = head.leaf, pieces
        if number not in pieces:
            raise Damaged(f"leaf {head.leaf} has no piece {number}")
        return pieces[number]

    def _stored(self, leaf: int, number: int) -> bytes:
        row = piece_id(leaf, number)
        with self._connection() as db:
            try:
                found = db.ask(PIECE, row)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise complaint(self.path, error) from error
                raise Damaged(f"piece {number} of leaf {leaf}: {error}") from error
        return checked(row, found)

    def _document(self, db: Careful, name: str) -> Any:
        row = DOCUMENTS[name]
        try:
            return json.loads(checked(row, db.ask(DOCUMENT, row)))
        except (ValueError, RecursionError) as error:
            log.info("%s has no whole %s: %s", self.path, name, error)
            return None

    def _heads(self, db: Careful) -> Iterator[LeafHead]:
        """The heads that are whole."""
        last = -1
        while found := db.ask(HEADS, last):
            for leaf, *stored in found:
                try:
                    yield head_of(leaf, checked(leaf, [stored]))
                except (ValueError, RecursionError) as error:
                    log.info("leaf %s of %s is damaged: %s", leaf, self.path, error)
            before, last = last, max(leaf for leaf, *_ in found)
            if last <= before:
                log.info("the leaves of %s are in disorder: not all are found", self.path)
                return

    @contextmanager
    def _connection(self) -> Iterator[Careful]:
        """A connection that nobody else uses meanwhile."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._opened_again()
        try:
            yield db
        except BaseException:
            db.close()
            raise
        with self._lock:
            self._idle.append(db)

    def _opened_again(self) -> Careful:
        """A connection to the file that was opened first: another one of its name has other rows."""
        if file_at(self.path) not in (self._file, None):
            raise CaptureError(f"{self.path} is not the file any more that was read before")
        return open_capture(self.path)

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise complaint(self.path, error) from error


def file_at(path: Path) -> tuple[int, int] | None:
    """By which the file of this name is known again; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def checked(row: int, found: list[Any]) -> bytes:
    """The data of the one row that was found beside its check sum. Raises Damaged."""
    if len(found) != 1:
        raise Damaged(f"row {row} is not there")
    crc, data = found[0]
    if not isinstance(data, bytes) or crc != check_sum(row, data):
        raise Damaged(f"row {row} is not as it was written")
    return data


def head_of(leaf: int, data: bytes) -> LeafHead:
    """The head of a leaf. Raises Damaged and ValueError."""
    told = json.loads(data)
    if not isinstance(told, list) or len(told) != len(LeafHead._fields) - 1 or not is_counts(told[-1]):
        raise Damaged("no head")
    settled, *numbers, counts = told
    if not all(type(number) is int and 0 <= number < 2**62 for number in numbers):
        raise Damaged("numbers out of range")
    head = LeafHead._make((leaf, bool(settled), *numbers, tuple(counts)))
    if not 0 < head.rows <= MOST_ROWS or head.last_seq - head.first_seq + 1 < head.rows:
        raise Damaged("more rows than numbers")
    return head


def is_counts(counts: Any) -> bool:
    """Whether this is what a head has of the dictionaries."""
    return (
        isinstance(counts, list)
        and len(counts) == len(CODED)
        and all(type(count) is int and 0 < count <= MOST_ROWS + 1 for count in counts)
    )


def surveyed(found: list[LeafHead], rows: int | None, *, more: bool) -> Survey:
    """The leaves in their order, where they do not overlap, and the places where rows are missing.

    There were so many `rows`, as far as anybody knows, and perhaps `more`.
    """
    leaves: list[LeafHead] = []
    lost: list[Lost] = []
    end = 0
    for head in sorted(found, key=lambda head: (head.position, -head.rows)):
        if head.position < end:
            log.info("leaf %s has rows that another one has", head.leaf)
            continue
        if head.position > end:
            lost.append(Lost(end, head.position - end))
        leaves.append(head)
        end = head.end
    if rows is not None and rows > end:
        lost.append(Lost(end, rows - end))
    elif rows is None or more:
        lost.append(Lost(end, None))
    return Survey(leaves, lost)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is wrong in that place only."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_TOOBIG)
