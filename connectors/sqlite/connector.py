"""`sqlite:PATH?table=events` tails the table of an event store, with its aggregates as streams."""

# ruff: noqa: RUF009  (option makes a dataclass field, as dataclasses.field does)
from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final

from connectors.gap import gap_record
from connectors.options import option
from connectors.sqlite.columns import NAMES
from connectors.sqlite.rows import RowReader
from connectors.sqlite.table import EventTable, identity_of
from connectors.wording import many
from eventscope.connector import CheckResult, Connector, ConnectorError, Offer, Sink, SourceState

__all__ = ["SqliteConnector", "SqliteOptions", "Start"]

POLL_S: Final = 0.05
"""How often a table is looked at that has nothing new."""

BEFORE_ALL: Final = -(2**63)
"""A number before that of any row."""

LOOK_S: Final = 2.0
COLUMNS: Final = "Columns, found by their usual names"


class Start(StrEnum):
    """From where on."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True)
class SqliteOptions:
    """Options of `sqlite:`."""

    path: Path = option("the database file of an event store")
    table: str | None = option("the table of the events; without it, the one that looks like events", None)
    from_: Start = option("earliest reads the whole history first, latest only what is new", Start.EARLIEST)
    follow: bool = option("go on reading as events are added; 0 ends behind the last one", True)
    sequence: str | None = option("what counts the events of the whole table", None, group=COLUMNS, example="rowid")
    type: str | None = option("the type of the event", None, group=COLUMNS, example="event_type")
    key: str | None = option("the stream: the id of the aggregate", None, group=COLUMNS, example="aggregate_id")
    version: str | None = option("the version of the aggregate", None, group=COLUMNS, example="version")
    payload: str | None = option("what happened", None, group=COLUMNS, example="data")
    metadata: str | None = option("JSON that may hold ids", None, group=COLUMNS, example="metadata")
    id: str | None = option("the event's id", None, group=COLUMNS, example="event_id")
    correlation_id: str | None = option("what belongs together; without it, the stream", None, group=COLUMNS)
    causation_id: str | None = option("the id of the event that caused it", None, group=COLUMNS)
    occurred_at: str | None = option("when it happened", None, group=COLUMNS, example="created_at")

    @property
    def chosen(self) -> dict[str, str]:
        """The columns that are named."""
        options = ((name, getattr(self, name, None)) for name in ("sequence", *NAMES))
        return {name: column for name, column in options if column}


class SqliteConnector(Connector):
    """Tails one table."""

    Options: ClassVar = SqliteOptions
    summary: ClassVar = "the table of an event store in an SQLite file"
    unpicked: ClassVar = {"table": ""}

    options: SqliteOptions

    def __init__(self, options: SqliteOptions) -> None:
        super().__init__(options)
        self._position: list[Any] | None = None

    @property
    def label(self) -> str:
        """The file's name, and the table if it is named."""
        name = self.options.path.name or str(self.options.path)
        return (f"{name}/{self.options.table}" if self.options.table else name)[:60]

    @property
    def safety(self) -> str:
        """What attaching does."""
        return "reads one table, some rows at a time · writes nothing in it; SQLite may leave its -wal and -shm files"

    @property
    def lasting(self) -> bool:
        """An event store keeps its events."""
        return True

    def position(self) -> Any:
        """Behind the last row that was handed over: the file, its number, and by what it is known again."""
        return self._position

    def resume(self, position: Any) -> None:
        """Go on there, if it is still the same table."""
        self._position = position

    async def run(self, sink: Sink) -> None:
        """Read what is there, and what is added; after a stop, from where it was stopped."""
        going_on = True
        while going_on:
            table = self._open()
            try:
                going_on = await _Reading(table, sink, self).run()
            finally:
                table.close()

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        """The table that looks like events, with how many there are."""
        while True:
            table = self._open()
            try:
                count = await asyncio.to_thread(table.count)
            finally:
                table.close()
            yield [Offer(table.name, "table", "table", f"in the order of {table.columns.sequence}", count=count)]
            await asyncio.sleep(LOOK_S)

    async def check(self) -> AsyncIterator[CheckResult]:
        """Open the file, find the table, and say what its columns are taken for."""
        try:
            table = self._open()
        except ConnectorError as error:
            yield CheckResult("table", False, str(error))
            return
        try:
            count, found = await asyncio.to_thread(table.count), table.columns.found
        finally:
            table.close()
        yield CheckResult("file", True, f"{self.options.path} can be read, journal mode {table.journal}")
        yield CheckResult("table", True, f"{table.name} has {many(count, 'row')}, read by {table.columns.sequence}")
        yield CheckResult("columns", True, ", ".join(f"{what}: {name}" for what, name in found.items()))

    def _open(self) -> EventTable:
        # Not in a thread: who is cancelled meanwhile would leave the file open. It reads a page or two.
        return EventTable(self.options.path, self.options.table, self.options.chosen)


class _Reading:
    """One run over a table. The connector is told after each look where that has come to."""

    def __init__(self, table: EventTable, sink: Sink, connector: SqliteConnector) -> None:
        self._table = table
        self._sink = sink
        self._connector = connector
        self._reader = RowReader(table.name, table.columns)
        self._after: int | None = None

    async def run(self) -> bool:
        """Read until the table ends; True when another file is in its place, which has to be read as well."""
        await self._go_on()
        self._sink.state(SourceState.LIVE, f"{self._table.name}, by {self._table.columns.sequence}")
        while True:
            await self._sink.room()
            rows = await asyncio.to_thread(self._table.read, self._reader.names, self._after)
            if rows:
                await self._hand_over(rows)
            elif rows is not None and not self._connector.options.follow:
                self._connector.resume(None)  # at its end: another run reads it again
                return False
            elif await asyncio.to_thread(self._is_another):
                return True
            else:
                await asyncio.sleep(POLL_S)

    async def _hand_over(self, rows: list[tuple[Any, ...]]) -> None:
        records = await asyncio.to_thread(lambda: [self._reader.read(row) for row in rows])
        self._sink.push(records)
        self._remember(rows[-1][0], rows[-1])

    async def _go_on(self) -> None:
        position = self._connector.position()
        if position is None:
            if self._connector.options.from_ is Start.LATEST:
                last = (await self._answer(self._table.last))[0][0]
                self._remember(BEFORE_ALL if last is None else last, *(await self._row(last) if last else ()))
            return
        identity, last, mark = position
        marks = [self._reader.mark(row) for row in await self._row(last)]
        if tuple(identity) == self._table.identity and marks == [mark] * (last != BEFORE_ALL):
            self._after = last
            return
        self._connector.resume(None)
        reason = "it is not the table any more that was read before; reading it from its beginning"
        self._sink.push([gap_record(self._connector.label, None, exact=False, reason=reason)])

    def _remember(self, last: int, *rows: tuple[Any, ...]) -> None:
        self._after = last
        self._connector.resume([self._table.identity, last, self._reader.mark(rows[0]) if rows else None])

    async def _row(self, sequence: int) -> list[tuple[Any, ...]]:
        return await self._answer(lambda: self._table.row(self._reader.names, sequence))

    async def _answer(self, ask: Callable[[], list[tuple[Any, ...]] | None]) -> list[tuple[Any, ...]]:
        """What the table says as soon as no writer has the whole file."""
        while True:
            answer = await asyncio.to_thread(ask)
            if answer is not None:
                return answer
            await asyncio.sleep(POLL_S)

    def _is_another(self) -> bool:
        """Whether another file was put in its place, or the rows were deleted that were read."""
        if identity_of(self._table.path) not in (self._table.identity, None):
            return True
        return self._after not in (None, BEFORE_ALL) and self._table.is_cut(self._after or 0)
