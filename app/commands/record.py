"""`eventscope record`: events into a JSON Lines file that `export` and `file:` read back."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.cli import command_parser
from app.commands.tail import add_watching, tail
from app.exports.event_json import event_line
from app.failure import DONE, NO_CAPTURE, Failure


def main(argv: list[str]) -> int:
    """Run the command. An existing file is not overwritten."""
    parser = command_parser("record")
    add_watching(parser)
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="FILE", help="a file that does not exist yet"
    )
    arguments = parser.parse_args(argv)
    try:
        out = open(arguments.output, "x", encoding="utf-8", opener=private)  # noqa: SIM115 - Path has no opener
    except OSError as error:
        raise Failure(f"cannot write {arguments.output}: {error.strerror}; choose another name", NO_CAPTURE) from error
    with out:
        written = asyncio.run(tail(arguments, event_line, out))
    print(f"recorded {written:,} events in {arguments.output}", file=sys.stderr)
    return DONE


def private(path: str, flags: int) -> int:
    """Open a file for its owner alone: payloads are nobody else's business."""
    return os.open(path, flags, mode=0o600)
