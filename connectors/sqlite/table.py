"""A table of an SQLite file, read a little at a time and never written.

Each look is one short statement: a writer in write-ahead mode never waits for it, in other modes at most that
long. The calls may block for a moment (a disk), and may be made from any thread.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from connectors.sqlite.columns import Column, Columns, columns_of, looks_like_events
from eventscope.connector import ConnectorError, Refused

__all__ = ["EventTable"]

AT_ONCE: Final = 1_000
"""Rows of one look."""

TABLES: Final = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class EventTable:
    """The table `name` in the file at `path`, or the one that looks like events if there is no name.

    Raises ConnectorError for what may be there later, Refused for what is no database of ours to read.
    """

    def __init__(self, path: Path, name: str | None, chosen: Mapping[str, str]) -> None:
        self.path = path
        self.identity = identity_of(path)
        self._using = threading.Lock()
        # Text that is no UTF-8 must not end the reading.
        self._db = sqlite3.connect(address_of(path), uri=True, timeout=0, check_same_thread=False)
        self._db.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
        try:
            self.name, self.columns = self._find(name, chosen)
            self.journal = str(self._db.execute("PRAGMA journal_mode").fetchone()[0])
        except sqlite3.Error as error:
            self.close()
            raise complaint(path, error) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file. May be called again."""
        with self._using:
            self._db.close()

    def read(self, names: Sequence[str], after: int | None) -> list[tuple[Any, ...]] | None:
        """The next rows, those columns of them; None when a writer has the file just now."""
        listed, sequence = ", ".join(map(quoted, names)), quoted(self.columns.sequence)
        where, values = ("", ()) if after is None else (f"WHERE {sequence} > ?", (after,))
        statement = f"SELECT {listed} FROM {quoted(self.name)} {where} ORDER BY {sequence} LIMIT {AT_ONCE}"  # noqa: S608
        return self._ask(statement, values)

    def last(self) -> list[tuple[Any, ...]] | None:
        """The highest sequence number as the only cell of a row, which is None without rows; None as for `read`."""
        return self._ask(self._highest)

    def is_cut(self, sequence: int) -> bool:
        """Whether the row with this number was deleted, and all that came after it."""
        rows = self._ask(self._highest)
        return rows is not None and (rows[0][0] is None or rows[0][0] < sequence)

    def row(self, names: Sequence[str], sequence: int) -> list[tuple[Any, ...]] | None:
        """The row with this number, if it is there; None as for `read`."""
        where = f"WHERE {quoted(self.columns.sequence)} = ?"
        return self._ask(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(self.name)} {where}", (sequence,))  # noqa: S608

    def count(self) -> int:
        """How many rows there are."""
        rows = self._ask(f"SELECT count(*) FROM {quoted(self.name)}")  # noqa: S608
        return int(rows[0][0]) if rows else 0

    @property
    def _highest(self) -> str:
        return f"SELECT max({quoted(self.columns.sequence)}) FROM {quoted(self.name)}"  # noqa: S608

    def _ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]] | None:
        with self._using:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY:
                    return None
                raise complaint(self.path, error) from error

    def _find(self, name: str | None, chosen: Mapping[str, str]) -> tuple[str, Columns]:
        tables = [row[0] for row in self._db.execute(TABLES)]
        listed = f"it has {', '.join(tables)}" if tables else "it has none yet"
        if name is None:
            name = next((each for each in tables if looks_like_events(self._columns(each))), None)
            if name is None:
                raise ConnectorError(
                    f"no table of {self.path} looks like an event store; name one with table=, {listed}"
                )
        found = next((each for each in tables if each.lower() == name.lower()), None)
        if found is None:
            raise ConnectorError(f"{self.path} has no table {name}; {listed}")
        return found, columns_of(found, self._columns(found), chosen, has_rowid=self._has_rowid(found))

    def _columns(self, table: str) -> list[Column]:
        rows = self._db.execute(f"PRAGMA table_info({quoted(table)})")
        return [Column(name, declared or "", key) for _, name, declared, _, _, key in rows]

    def _has_rowid(self, table: str) -> bool:
        try:
            self._db.execute(f"SELECT rowid FROM {quoted(table)} LIMIT 0")  # noqa: S608
        except sqlite3.OperationalError as error:
            if "no such column" not in str(error):
                raise
            return False
        return True


def identity_of(path: Path) -> tuple[int, int] | None:
    """By what a file is told from another one of that name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def address_of(path: Path) -> str:
    """The file as SQLite is to open it: to read, and to see what others write meanwhile."""
    if not path.exists():
        raise ConnectorError(f"there is no file {path}; check the path")
    if path.is_dir():
        raise Refused(f"{path} is a folder; name a database in it")
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def complaint(path: Path, error: sqlite3.Error) -> ConnectorError:
    """One sentence about what SQLite could not do."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
        return Refused(f"{path} is no SQLite database")
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN:
        return Refused(f"{path} may not be read by you, or not the -wal file beside it; change its mode or its owner")
    return ConnectorError(f"{path} cannot be read: {error}")


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
