"""`file:PATH` reads events from a file and follows it as it grows; `file:-` reads standard input."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

from connectors.capture.being_recorded import is_being_recorded
from connectors.file.capture import CaptureReading, Place, check_capture, is_capture, place_in
from connectors.file.document import might_be_document, read_document
from connectors.file.growing_file import GrowingFile
from connectors.file.line_reader import LineReader
from connectors.gap import gap_record
from connectors.wording import many
from eventscope.connector import CheckResult, Connector, ConnectorError, Record, Refused, Sink, SourceState

__all__ = ["FileConnector", "FileOptions"]

POLL_S: Final = 0.05
"""How often a file is looked at that has not grown."""

BATCH: Final = 1_000
"""Rows handed over at once."""

FOREIGN: Final = (
    (b"SQLite format 3\0", "an SQLite database, but no capture; a table of events is read by sqlite:PATH"),
    (b"\x1f\x8b", "compressed; unpack it first, for example with gunzip"),
    (b"\x28\xb5\x2f\xfd", "compressed; unpack it first, for example with unzstd"),
    (b"PK\x03\x04", "an archive; unpack it first"),
    (b"\xff\xfe", "UTF-16 text; convert it to UTF-8 first, for example with iconv"),
    (b"\xfe\xff", "UTF-16 text; convert it to UTF-8 first, for example with iconv"),
)


@dataclass(frozen=True)
class FileOptions:
    """Options of `file:`."""

    path: Path = field(
        metadata={"help": "a capture, JSON Lines, an export, a log with [EVENT] lines; - is standard input"}
    )
    follow: bool = field(default=True, metadata={"help": "go on reading as the file grows; 0 ends at its end"})


class FileConnector(Connector):
    """Reads one file."""

    Options: ClassVar = FileOptions
    summary: ClassVar = "a capture, JSON Lines, an export, or a log with [EVENT] lines"

    def __init__(self, options: FileOptions) -> None:
        super().__init__(options)
        self._position: list[Any] | None = None

    @property
    def label(self) -> str:
        """The file's name."""
        return "stdin" if self._standard_input else self.options.path.name or str(self.options.path)

    @property
    def safety(self) -> str:
        """What attaching does."""
        return "reads standard input" if self._standard_input else "reads one file · writes nothing"

    @property
    def portable(self) -> bool:
        """Unless it is standard input, which this process alone has."""
        return not self._standard_input

    @property
    def lasting(self) -> bool:
        """Unless it is standard input."""
        return not self._standard_input

    @property
    def _standard_input(self) -> bool:
        return str(self.options.path) == "-"

    def position(self) -> Any:
        """Behind the last line that was handed over; None for a pipe, and for a document, which is read as a whole."""
        return self._position

    def resume(self, position: Any) -> None:
        """Go on there, if it is still the same file."""
        self._position = position

    async def run(self, sink: Sink) -> None:
        """Read to the end, and on as the file grows; after a stop, from where it was stopped."""
        while not await asyncio.to_thread(is_capture, self.options.path):
            if not await asyncio.to_thread(is_being_recorded, self.options.path):
                return await self._read(sink)
            await asyncio.sleep(POLL_S)  # a recording that has only just begun
        await self._replay(sink)

    async def _read(self, sink: Sink) -> None:
        """Read a text."""
        file = self._open()
        try:
            if self._position is None and might_be_document(file.head(), file.size):
                records = await asyncio.to_thread(lambda: read_document(file.whole()))
                if records is not None:
                    return await _push_document(sink, records)
            await _Reading(file, sink, self).run()
            self._position = None  # at its end: another run reads it again
        except OSError as error:
            raise ConnectorError(f"{self.options.path} can no longer be read: {error.strerror or error}") from error
        finally:
            file.close()

    async def _replay(self, sink: Sink) -> None:
        """Show a capture again."""

        def remember(place: Place) -> None:
            self._position = [*place]

        path, place = self.options.path, place_in(self._position)
        await CaptureReading(path, sink, follow=self.options.follow, place=place, remember=remember).run()
        self._position = None

    async def check(self) -> AsyncIterator[CheckResult]:
        """Open the file and look at its beginning."""
        if await asyncio.to_thread(is_capture, self.options.path):
            yield await asyncio.to_thread(check_capture, self.options.path)
            return
        try:
            file = self._open()
        except ConnectorError as error:
            yield CheckResult("file", False, str(error))
            return
        size = f"{file.size:,} bytes" if file.regular else "a pipe"
        file.close()
        yield CheckResult("file", True, f"{self.options.path} can be read, {size}")

    def _open(self) -> GrowingFile:
        try:
            file = GrowingFile(self.options.path, follow=self.options.follow)
        except OSError as error:
            self._refuse(error)
        try:
            self._demand_text(file.head())
        except BaseException:
            file.close()
            raise
        return file

    def _refuse(self, error: OSError) -> NoReturn:
        path = self.options.path
        if isinstance(error, FileNotFoundError):
            raise ConnectorError(f"there is no file {path}; check the path") from error
        if isinstance(error, PermissionError):
            raise Refused(f"{path} may not be read by you; change its mode or its owner") from error
        raise Refused(f"{path} cannot be read: {error.strerror or error}") from error

    def _demand_text(self, head: bytes) -> None:
        path = self.options.path
        if path.is_dir():
            raise Refused(f"{path} is a folder; name one file in it")
        if path.is_char_device() or path.is_block_device():
            raise Refused(f"{path} is a device; name a file or a pipe")
        for magic, what in FOREIGN:
            if head.startswith(magic):
                raise Refused(f"{path} is {what}")
        if b"\0" in head:
            raise Refused(f"{path} is no text file; events are read from JSON Lines, exports and logs")


async def _push_document(sink: Sink, records: Sequence[Record]) -> None:
    for start in range(0, len(records), BATCH):
        await sink.room()
        sink.push(records[start : start + BATCH])
    sink.state(SourceState.LIVE, f"a document of {many(len(records), 'event')}")


class _Reading:
    """One run over the lines of a file. The connector is told after each step where that has come to."""

    def __init__(self, file: GrowingFile, sink: Sink, connector: FileConnector) -> None:
        self._file = file
        self._sink = sink
        self._connector = connector
        self._reader = LineReader()
        self._detail: str | None = None

    async def run(self) -> None:
        """Read until the file ends; one that is followed does not."""
        self._go_on()
        self._remember()
        self._show()
        while not self._file.ended:
            await self._sink.room()
            records = await asyncio.to_thread(self._next)
            for start in range(0, len(records or ()), BATCH):
                self._sink.push((records or [])[start : start + BATCH])
            self._remember()
            self._show()
            if records is None:
                await asyncio.sleep(POLL_S)
        self._demand_events()

    def _go_on(self) -> None:
        position = self._connector.position()
        if position is None:
            return
        if self._file.go_to(position[0]):
            self._reader.take_over(position[1])
        else:
            reason = "it is not the file any more that was read before; reading it from its beginning"
            self._sink.push([gap_record(self._connector.label, None, exact=False, reason=reason)])

    def _remember(self) -> None:
        place = self._file.place()
        self._connector.resume(place and [place, self._reader.told()])

    def _next(self) -> list[Record] | None:
        lines = self._file.read()
        return None if lines is None else self._reader.read(lines)

    def _show(self) -> None:
        reader = self._reader
        parts = [self._file.news]
        if reader.others:
            parts.append(many(reader.others, "other line"))
        if reader.broken:
            parts.append(many(reader.broken, "broken line"))
        detail = " · ".join(filter(None, parts))
        if detail != self._detail:
            self._detail = detail
            self._sink.state(SourceState.LIVE, detail)

    def _demand_events(self) -> None:
        reader = self._reader
        if reader.others and not reader.events:
            raise Refused(f"it holds no event: {many(reader.others, 'line')}, but neither JSON nor [EVENT] …")
