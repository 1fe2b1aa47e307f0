"""`eventscope record`: events into a capture, or into a JSON Lines file; `export` and `file:` read both back."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from app.captures import is_lines
from app.cli import command_parser
from app.commands.chosen import Chosen
from app.commands.headless import parse_filter
from app.commands.tail import add_watching, report_losses, tail, watched
from app.exports.event_json import event_line
from app.failure import DONE, NO_CAPTURE, Failure
from app.recording import NotRecorded, Recorder, Recording
from app.session import Session

MOST_BEHIND: Final = 100_000
"""Rows that may wait to be written."""
WAIT_S: Final = 0.02


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
            await keep_up(recording)
            demand_no_problem(recording)
    finally:
        await session.close()
        recorder = await asyncio.to_thread(recording.stop)
        report_losses(session)
        if recorder is not None:
            tidy_up(recorder)
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


async def keep_up(recording: Recording) -> None:
    """Wait for the disk when it is far behind, and with it those sources that can wait."""
    while recording.runs and recording.behind > MOST_BEHIND:  # noqa: ASYNC110 - the recorder is a thread
        await asyncio.sleep(WAIT_S)


def tidy_up(recorder: Recorder) -> None:
    """Leave no empty file behind, so that the same command can be tried again, and say what is missing."""
    if not recorder.recorded:
        recorder.path.unlink(missing_ok=True)
    elif recorder.not_recorded:
        missing = f"{recorder.not_recorded:,} events were not recorded, the disk was too slow or full"
        print(f"eventscope: warning: {missing}", file=sys.stderr)


def private(path: str, flags: int) -> int:
    """Open a file for its owner alone: payloads are nobody else's business."""
    return os.open(path, flags, mode=0o600)
