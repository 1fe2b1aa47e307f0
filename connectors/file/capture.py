"""A capture as a source: its rows as they were recorded, and on as it grows, until its recording has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any, Final

from connectors.capture.being_recorded import is_being_recorded
from connectors.capture.layout import APPLICATION_ID, LeafHead
from connectors.capture.reader import CaptureError, CaptureReader, Damaged, Lost, Survey
from connectors.capture.told import told_in
from connectors.file.leaf_rows import home_of, rows_of
from connectors.file.noted import notes_by_row
from connectors.gap import gap_record
from connectors.wording import many
from eventscope.connector import Chart, CheckResult, Refused, Replay, Sink, SourceState

__all__ = ["CaptureReading", "Place", "UnreadableCapture", "check_capture", "is_capture", "place_in"]

MAGIC: Final = b"SQLite format 3\0"
WHOSE: Final = slice(68, 72)
"""Where SQLite says whose file it is."""

POLL_S: Final = 0.2
"""How often a capture is looked at that is being recorded: as often as it is committed."""

BATCH: Final = 1_000
"""Rows handed over at once."""

DAMAGED: Final = "they are damaged in the capture"
AT_ITS_END: Final = "what was recorded last is damaged in the capture, and nobody knows how many events that were"
REPLACED: Final = "it is not the file any more that was read before; reading it from its beginning"


def is_capture(path: Path) -> bool:
    """Whether a file begins as a capture does, whatever its name."""
    if is_being_recorded(path):
        return True  # to close such a file again would take the locks of SQLite from a recorder in this process
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(WHOSE.stop)
    except OSError:
        return False
    return head.startswith(MAGIC) and head[WHOSE] == APPLICATION_ID.to_bytes(4, "big")


def identity_of(path: Path) -> tuple[int, int]:
    """By which a file is known again; zeros if there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def place_in(position: Any) -> Place | None:
    """The place in a capture that a position tells; one in a text tells none."""
    match position:
        case [int(device), int(number), int(rows)]:
            return device, number, rows
        case _:
            return None


def check_capture(path: Path) -> CheckResult:
    """Open a capture and look what it has."""
    try:
        reader = CaptureReader(path)
        try:
            survey = reader.survey()
        finally:
            reader.close()
    except CaptureError as error:
        return CheckResult("file", False, str(error))
    rows, missing = sum(head.rows for head in survey.leaves), sum(lost.rows or 0 for lost in survey.lost)
    damage = f", {many(missing, 'event')} damaged" if missing else ""
    end = f"; {AT_ITS_END}" if any(lost.rows is None for lost in survey.lost) else ""
    return CheckResult("file", not survey.lost, f"{path} is a capture of {many(rows, 'event')}{damage}{end}")


class UnreadableCapture(Refused):
    """A capture cannot be read."""


Place = tuple[int, int, int]
"""Device and number of a file, and how many of its rows were handed over."""


class CaptureReading:
    """One run over the rows of a capture, but for those before `place`; `remember` is told where it has come to."""

    def __init__(
        self, path: Path, sink: Sink, *, follow: bool, place: Place | None, remember: Callable[[Place], object]
    ) -> None:
        self._path = path
        self._sink = sink
        self._follow = follow
        self._file = place and place[:2]
        self._done = place[2] if place else 0
        self._remember = remember
        self._notes: dict[int, Replay] = {}
        self._at: int | None = None
        """When the last row was observed."""
        self._end_is_told = False

    async def run(self) -> None:
        """Read to the end, which a capture has once nobody records it. Raises UnreadableCapture."""
        try:
            while not await self._read_file(await asyncio.to_thread(identity_of, self._path)):
                pass
        except CaptureError as error:
            raise UnreadableCapture(str(error)) from error

    async def _read_file(self, file: tuple[int, int]) -> bool:
        """Read the file that has the name now; False once another one has."""
        if self._file not in (None, file):
            self._sink.push([gap_record(self._path.name, None, exact=False, reason=REPLACED)])
            self._done = 0
        self._file = file
        reader = await asyncio.to_thread(CaptureReader, self._path)
        try:
            self._notes = notes_by_row(await asyncio.to_thread(reader.document, "notes"))
            if not self._done:
                await self._tell(reader)
            return await self._read_all(reader)
        finally:
            reader.close()

    async def _read_all(self, reader: CaptureReader) -> bool:
        while await asyncio.to_thread(identity_of, self._path) == self._file:
            grows = self._follow and await asyncio.to_thread(is_being_recorded, self._path)
            while await self._read_new(reader, await asyncio.to_thread(reader.survey)):
                pass
            self._show(grows)
            if not grows:
                return True
            reader.close()  # or the recording could not leave one whole file when it ends
            await asyncio.sleep(POLL_S)
        return False

    async def _tell(self, reader: CaptureReader) -> None:
        """Say again what the sources said of themselves, and of which losses they knew."""
        told = await asyncio.to_thread(lambda: told_in(reader.document("told")))
        for each in told:
            if isinstance(each, Chart):
                self._sink.chart(each)
            else:
                self._sink.declare(each)
        losses = await asyncio.to_thread(reader.document, "losses")
        for reason, count in losses.items() if isinstance(losses, dict) else ():
            if type(count) is int and count > 0:
                self._sink.lost(count, f"while {self._path.name} was recorded: {reason}")

    async def _read_new(self, reader: CaptureReader, survey: Survey) -> bool:
        """Hand over what a survey has; False if there was nothing new."""
        parts: list[LeafHead | Lost] = sorted(chain(survey.leaves, survey.lost), key=lambda part: part.position)
        new = [part for part in parts if part.rows is not None and part.position + part.rows > self._done]
        for part in new:
            if isinstance(part, Lost):
                self._miss(part.position + (part.rows or 0) - self._done)
            elif not await self._hand_over(reader, part):
                return True
        if any(part.rows is None for part in parts) and not self._end_is_told:
            self._end_is_told = True
            self._miss(None)
        return bool(new)

    async def _hand_over(self, reader: CaptureReader, head: LeafHead) -> bool:
        """Hand over a leaf; False if it is not there any more because the recorder has merged it with others."""
        try:
            leaf = await asyncio.to_thread(reader.leaf, head)
            home = await asyncio.to_thread(home_of, reader, head, leaf)
            while self._done < head.end:
                await self._sink.room()
                start = self._done - head.position
                stop = min(start + BATCH, head.rows)
                self._sink.push(await asyncio.to_thread(rows_of, leaf, start, stop, self._notes, home))
                self._at = leaf.columns["observed"][stop - 1].item()
                self._advance(stop - start)
        except Damaged:
            if head not in (await asyncio.to_thread(reader.survey)).leaves:
                return False
            self._miss(head.end - self._done)
        return True

    def _miss(self, rows: int | None) -> None:
        """Put a gap in the place of rows that cannot be read."""
        reason = AT_ITS_END if rows is None else DAMAGED
        gap = gap_record(self._path.name, rows, exact=True, reason=reason)
        self._sink.push([gap if self._at is None else gap._replace(occurred_at=self._at)])
        self._sink.lost(rows or 1, f"{self._path.name}: {reason}")
        self._advance(rows or 0)

    def _advance(self, rows: int) -> None:
        self._done += rows
        if self._file is not None:
            self._remember((*self._file, self._done))

    def _show(self, grows: bool) -> None:
        words = "being recorded, %s so far" if grows else "%s"
        self._sink.state(SourceState.LIVE, words % many(self._done, "event"))
