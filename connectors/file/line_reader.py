"""Which lines of a file are events, and what becomes of the others.

The first line that says something decides: in JSON Lines every line has to be an event, and one that is not becomes
a row with an error, its bytes kept. In a log only some lines are, and the others are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.file.foreign_event import read_foreign_event
from connectors.file.json_value import read_fields
from connectors.file.lines import LONGEST_LINE, Line
from connectors.file.logline import read_log_line
from connectors.file.own_event import is_own_event, read_own_event
from eventscope.connector import Record

__all__ = ["LineReader", "read_object"]


def read_object(text: bytes) -> Record:
    """The row of one JSON object; raises ValueError that says what is wrong."""
    fields, exact = read_fields(text)
    return read_own_event(fields) if is_own_event(fields) else read_foreign_event(fields, text, exact=exact)


class LineReader:
    """Turns the lines of one file into rows, and counts the `others`."""

    def __init__(self) -> None:
        self.events = 0
        self.broken = 0
        self.others = 0
        self._json_lines: bool | None = None

    def told(self) -> list[Any]:
        """What it knows, as plain data."""
        return [self.events, self.broken, self.others, self._json_lines]

    def take_over(self, told: Sequence[Any]) -> None:
        """Know what another one knew."""
        self.events, self.broken, self.others, self._json_lines = told

    def read(self, lines: Iterable[Line]) -> list[Record]:
        """The rows of some lines."""
        records = [record for line in lines if (record := self._read(line)) is not None]
        self.events += len(records)
        return records

    def _read(self, line: Line) -> Record | None:
        text = line.text.strip()
        if not text:
            return None
        if self._json_lines is None:
            self._json_lines = text.startswith(b"{")
        if line.cut:
            return self._broken(text, f"line {line.number} is longer than {LONGEST_LINE:,} bytes and was cut")
        try:
            record = read_log_line(text) if not text.startswith(b"{") else read_object(text)
        except ValueError as error:
            record, reason = read_log_line(text), str(error)
        else:
            reason = "not JSON"
        if record is None and self._json_lines:
            return self._broken(text, f"line {line.number} is {reason}")
        if record is not None and record.type is None and not self._json_lines:
            record = None  # JSON that a log holds beside its events
        self.others += record is None
        return record

    def _broken(self, text: bytes, reason: str) -> Record:
        self.broken += 1
        return Record(payload=text, error=reason)
