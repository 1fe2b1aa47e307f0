"""`eventscope recover`: what can be read of a damaged or unfinished capture, in a new one."""

from __future__ import annotations

import sys
from pathlib import Path

from app.capture.lock import NotRecorded
from app.capture.recovery import recover
from app.cli import command_parser
from app.failure import DONE, NO_CAPTURE, Failure
from connectors.capture.reader import CaptureError


def main(argv: list[str]) -> int:
    """Run the command. The damaged file is not touched, and an existing one is not overwritten."""
    parser = command_parser("recover")
    parser.add_argument("file", type=Path, metavar="FILE", help="a capture that is damaged, cut off or unfinished")
    parser.add_argument(
        "-o", "--output", required=True, type=Path, metavar="NEW", help="a capture that does not exist yet"
    )
    arguments = parser.parse_args(argv)
    try:
        rows, lost = recover(arguments.file, arguments.output)
    except (CaptureError, NotRecorded) as error:
        raise Failure(str(error), NO_CAPTURE) from error
    missing = "nobody knows how many are missing" if lost is None else f"{lost:,} are missing"
    print(f"{rows:,} events are in {arguments.output}; {missing}", file=sys.stderr)
    return DONE
