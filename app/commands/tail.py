"""`eventscope tail`: the engine of the window without a window, events on stdout as they come."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from typing import TextIO

from app.cli import add_profile, command_parser
from app.commands.headless import complete, named_sources, open_sources, parse_filter, watch
from app.commands.row_text import row_text
from app.credentials.credentials import Credentials
from app.credentials.terminal import ask_in_terminal
from app.display import display
from app.exports.event_json import event_line
from app.exports.selection import Selection
from app.failure import DONE
from app.filter.query import Filter
from app.session import Session
from app.store.stored import StoredEvent


def main(argv: list[str]) -> int:
    """Run the command."""
    parser = command_parser("tail")
    add_watching(parser)
    parser.add_argument("--format", choices=("jsonl", "text"), default="jsonl", help="jsonl (default) or text")
    arguments = parser.parse_args(argv)
    writer = event_line if arguments.format == "jsonl" else text_line
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        asyncio.run(tail(arguments, writer, sys.stdout))
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
    return DONE


def add_watching(parser: argparse.ArgumentParser) -> None:
    """The arguments that `tail` and `record` share."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="URL such as demo: tap: file:events.jsonl")
    add_profile(parser)
    parser.add_argument("--filter", default="", metavar="EXPR", help="only events that match")
    parser.add_argument("--limit", type=int, metavar="N", help="end after N events")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after S seconds")


async def tail(arguments: argparse.Namespace, line: Callable[[StoredEvent], str], out: TextIO) -> int:
    """Write each matching event as one flushed line; returns how many were written."""
    wanted = parse_filter(arguments.filter)
    session = Session(patient=False)
    written = 0
    try:
        async for rows in watched(session, wanted, arguments):
            out.writelines(line(event) + "\n" for event in Selection(session.store, rows).events())
            out.flush()
            written += len(rows)
    finally:
        await session.close()
        report_losses(session)
    return written


async def watched(session: Session, wanted: Filter, arguments: argparse.Namespace) -> AsyncIterator[list[int]]:
    """Attach the sources of a command line; the numbers of rows that match, in lists as they come."""
    credentials = Credentials(ask_in_terminal)
    sources = named_sources(arguments.sources, arguments.profile)
    connectors = await complete(open_sources([source.url for source in sources]), credentials)
    for connector, source in zip(connectors, sources, strict=True):
        session.attach(connector, source.name, source.url)
    bounds = {"limit": arguments.limit, "seconds": arguments.seconds}
    async for rows in watch(session, wanted, credentials=credentials, **bounds):
        yield rows


def report_losses(session: Session) -> None:
    """Say on stderr how many events are missing, if any are: nothing is lost silently."""
    counters = session.counters()
    if counters.dropped or counters.lost:
        missing = f"{counters.dropped:,} dropped here, {counters.lost:,} lost at the source"
        print(f"eventscope: warning: events are missing: {missing}", file=sys.stderr)


def text_line(event: StoredEvent) -> str:
    """An event as one line for people."""
    return display(row_text(event), limit=2_000)
