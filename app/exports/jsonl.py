"""Events as JSON Lines: one event a line, to be read back by `file:` and by anything else."""

from __future__ import annotations

from typing import IO

from app.exports.event_json import to_line
from app.exports.selection import Selection


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write a line for each event."""
    for event in selection.events():
        out.write(to_line(selection.fields(event)).encode() + b"\n")
