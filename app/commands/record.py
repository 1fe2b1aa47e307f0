"""`eventscope record`: events into a capture, or into a JSON Lines file; `export` and `file:` read both back."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

from app.captures import is_lines
from app.cli import command_parser
from app.commands.headless import parse_filter
from app.commands.tail import add_watching, report_losses, tail, watched
from app.exports.event_json import event_line
from app.exports.selection import Selection
from app.failure import DONE, NO_CAPTURE, Failure
from app.recording import NotRecorded, Recording
from app.session import Session
from app.store.store import Store
from app.store.stored import StoredEvent
from eventscope.connector import Block, Record, Replay

BATCH: Final = 1_000
DURATIONS: Final = ("queue_ns", "handle_ns", "total_ns")


def main(argv: list[str]) -> int:
    """Run the command. An existing file is not overwritten."""
    parser = command_parser("record")
    add_watching(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="FILE",
        help="a file that does not exist yet: a capture, or JSON Lines if it ends in .jsonl, .ndjson or .json",
    )
    arguments = parser.parse_args(argv)
    write = write_lines if is_lines(arguments.output) else write_capture
    written = write(arguments)
    print(f"recorded {written:,} events in {arguments.output}", file=sys.stderr)
    return DONE


def write_lines(arguments: argparse.Namespace) -> int:
    """Record as JSON Lines; how many."""
    try:
        out = open(arguments.output, "x", encoding="utf-8", opener=private)  # noqa: SIM115 - Path has no opener
    except OSError as error:
        raise Failure(f"cannot write {arguments.output}: {error.strerror}; choose another name", NO_CAPTURE) from error
    with out:
        return asyncio.run(tail(arguments, event_line, out))


def write_capture(arguments: argparse.Namespace) -> int:
    """Record as a capture; how many."""
    return asyncio.run(capture(arguments))


async def capture(arguments: argparse.Namespace) -> int:
    """Record all events, or those that are wanted; how many. Raises Failure."""
    wanted = parse_filter(arguments.filter)
    session = Session(patient=False)
    whole = not arguments.filter.strip() and arguments.limit is None
    chosen = None if whole else Chosen(session)
    recording = session.recording if chosen is None else chosen.recording
    try:
        await begin(recording, arguments.output)
        async for rows in watched(session, wanted, arguments):
            if chosen is not None:
                chosen.take(rows)
            demand_no_problem(recording)
    finally:
        await session.close()
        recorder = await asyncio.to_thread(recording.stop)
        report_losses(session)
        if recorder is not None and not recorder.recorded:
            recorder.path.unlink(missing_ok=True)  # so that the same command can be tried again
    demand_no_problem(recording)
    return recorder.recorded if recorder else 0


async def begin(recording: Recording, path: Path) -> None:
    """Begin to record; raises Failure."""
    try:
        await asyncio.to_thread(recording.begin, path)
    except NotRecorded as error:
        raise Failure(str(error), NO_CAPTURE) from error


def demand_no_problem(recording: Recording) -> None:
    """Raise Failure when the recording has stopped by itself: nobody watches, so there is nothing to go on for."""
    if recording.recorder is not None and recording.recorder.problem:
        raise Failure(recording.recorder.problem, NO_CAPTURE)


class Chosen:
    """A store of those rows of a session that are wanted, and the recording of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = Store(session.settings.memory_budget)
        self.recording = Recording(lambda: self._store, session.about)

    def take(self, rows: list[int]) -> None:
        """Record these rows of the session."""
        for start in range(0, len(rows), BATCH):
            events = Selection(self._session.store, rows[start : start + BATCH]).events()
            if records := list(map(replayed, events)):
                self._store.append("", Block.of(records), 0)


def replayed(event: StoredEvent) -> Record:
    """A row of a store as a source hands it over."""
    told = {name: value for name in Record._fields if (value := getattr(event, name, None)) is not None}
    told |= {name: round(told[name]) for name in DURATIONS if name in told}
    return Record(**told, replay=Replay(event.source, event.observed_at))


def private(path: str, flags: int) -> int:
    """Open a file for its owner alone: payloads are nobody else's business."""
    return os.open(path, flags, mode=0o600)
