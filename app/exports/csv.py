"""Events as CSV for spreadsheets, which must not take any text in it for a formula."""

from __future__ import annotations

import csv
import io
from typing import IO, Final

import msgspec

from app.exports.event_json import EventJson
from app.exports.selection import Selection
from app.payload import without_surrogates

COLUMNS: Final = EventJson.__struct_fields__

FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a cell. The apostrophe before it is not shown there."""

MOST_CHARACTERS: Final = 32_000
"""Spreadsheets break a longer cell in two, and may take the second half for a formula. Other formats hold all."""


def write(selection: Selection, out: IO[bytes]) -> None:
    """Write a line of column names, then one for each event, every cell in quotes."""
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for event in selection.events():
        fields = selection.fields(event)
        writer.writerow([cell(getattr(fields, name)) for name in COLUMNS])
    text.detach()


def cell(value: object) -> str:
    """A value as a cell: numbers as they are, text so that it stays text, nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return harmless(without_surrogates(text))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula, nor breaks into several cells."""
    if len(text) > MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]}… ({len(text):,} characters)"
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text
