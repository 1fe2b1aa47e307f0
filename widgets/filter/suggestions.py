"""Suggestions for the filter: names of fields, values seen in the capture, and filters used before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from app.filter.clause import value_text

__all__ = ["Suggestion", "suggestions"]

MOST: Final = 30
_WORD: Final = re.compile(r"[^\s()]*$")
_FIELD_AND_VALUE: Final = re.compile(r"(-?)([^\W\d][\w.\[\]*-]*)(:|!=|>=|<=|>|<)(?:[^\s()]*,)?([^\s(),]*)$")


class Suggestion(NamedTuple):
    """The whole text that a filter could become, and a note beside it: how many rows, or what a field is."""

    text: str
    note: str = ""


Values = Callable[[str, str], Iterable[tuple[str, str]]]
"""The values that a field may have, given how they begin, each with a note."""


def suggestions(text: str, fields: Mapping[str, str], values: Values, history: Iterable[str]) -> list[Suggestion]:
    """What `text` could go on to, from the word that is being written; `fields` are names with their meanings."""
    used = [Suggestion(old, "used before") for old in history if old.startswith(text) and old != text]
    if pair := _FIELD_AND_VALUE.search(text):
        before, beginning = text[: pair.start(4)], pair[4].removeprefix('"')
        told = [Suggestion(before + value_text(value), note) for value, note in values(pair[2], beginning)]
    else:
        word = (_WORD.search(text) or [""])[0]
        before, sign = text[: len(text) - len(word)], "-" if word.startswith("-") else ""
        named = [(name, meaning) for name, meaning in fields.items() if name.startswith(word.removeprefix("-"))]
        told = [Suggestion(f"{before}{sign}{name}" + (":" if name[-1] != "." else ""), note) for name, note in named]
        told = told if word or not used else []
    unique = {found.text: found for found in reversed([*told, *used]) if found.text != text}
    return list(reversed(unique.values()))[:MOST]
