"""PostgreSQL as the database of the event store; imported when a URL asks for it, and needs psycopg.

Sequence numbers are given before a transaction is over, so that a later one could be seen before an earlier one,
and who has read up to it would miss that for ever. So writers take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import psycopg

from examples.database import DatabaseThread

__all__ = ["PostgresDatabase"]

T = TypeVar("T")

CONNECT_S: Final = 10
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(7310584)"
"""Before tables are made: two processes that make the same table at once would be in each other's way."""


class PostgresConnection:
    """A connection that is used as one of SQLite is."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.under = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Carry out one statement; each `?` in it is a value."""
        return self.under.execute(statement.replace("?", "%s").encode(), values)

    def close(self) -> None:
        """Let go of it."""
        self.under.close()


class PostgresDatabase(DatabaseThread[PostgresConnection]):
    """The database of a URL. A connection that was lost is made anew with the next question."""

    begin_writing = "LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE"
    already_there = psycopg.errors.IntegrityError

    def __init__(self, url: str, schema: str) -> None:
        super().__init__()
        self._url = url
        self._schema = schema

    def _in_transaction(self, work: Callable[[PostgresConnection], T]) -> T:
        try:
            if self._connection is None or self._connection.under.closed:
                self._connection = self._open()
            with self._connection.under.transaction():
                return work(self._connection)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise ConnectionError(f"PostgreSQL cannot be used: {reason}; check the URL and that it runs") from error

    def _open(self) -> PostgresConnection:
        try:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_S)
        except psycopg.ProgrammingError:  # its words may hold a piece of the password
            raise OSError("the URL is none; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE") from None
        try:
            with connection.transaction():
                connection.execute(ONE_AT_A_TIME)
                connection.execute(self._schema.encode())
        except BaseException:
            connection.close()
            raise
        return PostgresConnection(connection)
