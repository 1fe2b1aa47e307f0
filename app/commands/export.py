"""`eventscope export`: a captured file as JSON, JSON Lines, CSV, or one trace in a tracing tool's format."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.cli import command_parser
from app.commands.headless import open_sources, parse_filter, watch
from app.exports import export_rows, export_trace, formats
from app.failure import DONE, NO_CAPTURE, WRONG_USAGE, Failure
from app.filter.query import Filter
from app.session import Session
from app.store.store import Store
from connectors.wording import many

MOST_BYTES: Final = 8 * 2**30
"""A file is exported whole; beyond this much memory its oldest events would be missing, and that is said."""

AT_LAST: Final = 2**62
"""When nothing more comes of what a file holds (ns since the epoch)."""


def main(argv: list[str]) -> int:
    """Run the command."""
    parser = command_parser("export")
    parser.add_argument("file", type=Path, metavar="FILE", help="a capture or a JSON Lines file")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--filter", default="", metavar="EXPR", help="only events that match")
    chosen.add_argument("--trace", metavar="CORRELATION_ID", help="the one trace of this correlation id")
    parser.add_argument("--format", choices=formats(), default="json", help="json by default")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="a file; stdout by default")
    parser.add_argument("--with-secrets", action="store_true", help="do not redact passwords, tokens and the like")
    arguments = parser.parse_args(argv)
    wanted = parse_filter(arguments.filter)
    session, rows = asyncio.run(load(arguments.file, wanted))
    try:
        export(arguments, session, rows)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
    return DONE


def export(arguments: argparse.Namespace, session: Session, rows: list[int]) -> None:
    """Write what was asked for; raises Failure when there is no such trace."""
    store, redact, output = session.store, not arguments.with_secrets, arguments.output
    if arguments.trace is None:
        export_rows(arguments.format, store, rows, output, redact=redact)
    elif len(store.correlated(arguments.trace)):
        state = session.traces.state(arguments.trace, AT_LAST)
        export_trace(arguments.format, store, arguments.trace, output, state=state, redact=redact)
    else:
        raise Failure(f"no event in {arguments.file} has the correlation id {arguments.trace!r}", WRONG_USAGE)


async def load(path: Path, wanted: Filter) -> tuple[Session, list[int]]:
    """A session filled from a file, and the matching rows; raises Failure with exit code 4."""
    session = Session(patient=False)
    session.store = Store(MOST_BYTES)
    (connector,) = open_sources([f"file:{quote(str(path))}?follow=0"])
    session.attach(connector)
    rows: list[int] = []
    try:
        async for more in watch(session, wanted):
            rows += more
    except Failure as failure:
        raise Failure(str(failure), NO_CAPTURE) from failure
    finally:
        await session.close()
    for _, count, reason in session.sources[0].losses:
        print(f"eventscope: warning: {many(count, 'event')} missing: {reason}", file=sys.stderr)
    if evicted := session.store.evicted:
        raise Failure(f"{path} is too large: {evicted:,} events did not fit; narrow it with --filter", NO_CAPTURE)
    return session, rows
