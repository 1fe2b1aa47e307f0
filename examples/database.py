"""Databases that work in a thread of their own, so that no loop ever waits for a disk or a server."""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from examples.outage import Outage

__all__ = ["TEMPORARY", "Connection", "Database", "DatabaseThread"]

T = TypeVar("T")

TEMPORARY: Final = ""
"""The path of a file that is gone when it is closed: a history that grows for days has no room in memory."""

WRITE_AHEAD: Final = "PRAGMA journal_mode = WAL"
"""Who reads, such as a monitor, then never keeps a writer waiting."""


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """What a connection to any database can do; a value stands in a statement as a question mark."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Carry out one statement."""

    def close(self) -> None:
        """Let go of it."""


C_co = TypeVar("C_co", bound=Connection, covariant=True)


class DatabaseThread(ABC, Generic[C_co]):
    """One connection in one thread, made when it is first used."""

    begin_writing: ClassVar[str]
    """The statement after which nobody else writes until the transaction is over."""

    already_there: ClassVar[type[Exception]]
    """What is raised for a row that must be there only once."""

    lasting = True
    """Whether another process could read what is written."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._connection: C_co | None = None
        self._closed = False

    async def close(self) -> None:
        """Finish what is asked for, and let go of the connection."""
        self._closed = True
        if self._connection is not None:
            await asyncio.wrap_future(self._thread.submit(self._connection.close))
        self._thread.shutdown()

    async def run(self, work: Callable[[C_co], T]) -> T:
        """Do `work` in one transaction, after what was asked for before; who is cancelled meanwhile waits for its end.

        Raises what `work` raises, and then nothing is changed; OSError for a database that cannot be used; and
        Outage once it is closed, which cuts off what still goes on in a scenario that was stopped.
        """
        if self._closed:
            raise Outage("the database is closed")
        job = asyncio.get_running_loop().run_in_executor(self._thread, self._in_transaction, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait([job])
            raise

    @abstractmethod
    def _in_transaction(self, work: Callable[[C_co], T]) -> T:
        """Do it, in the thread."""


class Database(DatabaseThread[sqlite3.Connection]):
    """The SQLite file at `path`; `schema` is executed when it is first used."""

    begin_writing = "BEGIN IMMEDIATE"
    already_there = sqlite3.IntegrityError

    def __init__(self, path: str | Path, schema: str) -> None:
        super().__init__()
        self.lasting = str(path) not in (TEMPORARY, ":memory:")
        self._path = path
        self._schema = schema

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._open()
        with self._connection:
            return work(self._connection)

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self._path)
            connection.execute(WRITE_AHEAD)
            connection.executescript(self._schema)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise OSError(f"{self._path} cannot be used as a database: {error}; check the path") from error
        return connection
