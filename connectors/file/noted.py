"""What a user noted about the rows of a capture."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from eventscope.connector import Replay

__all__ = ["notes_by_row"]

KINDS: Final = ("marked", "ignored")


def notes_by_row(document: Any) -> dict[int, Replay]:
    """The notes about each row, by its number in the capture. What is no document of ours says nothing."""
    told = document if isinstance(document, dict) else {}
    notes: defaultdict[int, set[str]] = defaultdict(set)
    for kind in KINDS:
        for row in _numbers(told.get(kind)):
            notes[row].add(kind)
    for row in _numbers(told.get("reference"))[:1]:
        notes[row].add("reference")
    said = _comments(told.get("comments"))
    return {row: Replay(notes=tuple(sorted(notes[row])), comment=said.get(row, "")) for row in {*notes, *said}}


def _numbers(value: Any) -> list[int]:
    return [number for number in value if type(number) is int] if isinstance(value, list) else []


def _comments(value: Any) -> dict[int, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {int(row): str(text) for row, text in pairs if row.isascii() and row.isdecimal()}
