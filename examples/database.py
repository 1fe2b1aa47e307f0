"""An SQLite database in a thread of its own, so that no loop ever waits for a disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from examples.outage import Outage

__all__ = ["TEMPORARY", "Database"]

T = TypeVar("T")

TEMPORARY: Final = ""
"""The path of a file that is gone when it is closed: a history that grows for days has no room in memory."""

WRITE_AHEAD: Final = "PRAGMA journal_mode = WAL"
"""Who reads, such as a monitor, then never keeps a writer waiting."""


class Database:
    """One connection to the file at `path`; `schema` is executed when it is first used."""

    def __init__(self, path: str | Path, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def close(self) -> None:
        """Finish what is asked for, and close the file."""
        self._closed = True
        if self._connection is not None:
            await asyncio.wrap_future(self._thread.submit(self._connection.close))
        self._thread.shutdown()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction, after what was asked for before; who is cancelled meanwhile waits for its end.

        Raises what `work` raises, and then nothing is changed; and Outage once it is closed, which cuts off what
        still goes on in a scenario that was stopped.
        """
        if self._closed:
            raise Outage("the database is closed")
        job = asyncio.get_running_loop().run_in_executor(self._thread, self._in_transaction, work)
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            await asyncio.wait([job])
            raise

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._open()
        with self._connection:
            return work(self._connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.execute(WRITE_AHEAD)
            connection.executescript(self._schema)
        except BaseException:
            connection.close()
            raise
        return connection
