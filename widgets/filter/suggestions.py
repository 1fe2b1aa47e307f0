"""Suggestions for the filter: names of fields, values seen in the capture, and filters used before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from eventscope.event import EventPriority
from eventscope.step import Phase
from widgets.filter.category_clause import quoted

__all__ = ["History", "suggestions"]

MOST: Final = 30
_WORD: Final = re.compile(r"[^\s()]*$")
_FIELD_AND_VALUE: Final = re.compile(r"(-?)([\w.]+)(:|!=|>=|<=|>|<)([^\s()]*)$")

Values = Mapping[str, Callable[[], Iterable[str]]]
"""For fields whose values are known, what gives those values now."""

FIXED_VALUES: Final[Values] = {
    "priority": lambda: [priority.name.lower() for priority in reversed(EventPriority)],
    "phase": lambda: [phase.label for phase in Phase],
}


class History:
    """The last filters that were applied, the newest first."""

    def __init__(self, most: int = 50) -> None:
        self.texts: list[str] = []
        self._most = most

    def add(self, text: str) -> None:
        """Remember a filter; an empty one is not worth it."""
        if text:
            self.texts = [text, *(other for other in self.texts if other != text)][: self._most]


def suggestions(text: str, fields: Iterable[str], values: Values, history: Iterable[str]) -> list[str]:
    """Whole texts that begin with `text`, up to the word that is being written, and go on in some useful way."""
    used = [old for old in history if old.startswith(text) and old != text]
    known = {**FIXED_VALUES, **values}
    if pair := _FIELD_AND_VALUE.search(text):
        before = text[: pair.start(4)]
        told = [before + quoted(value) for value in known.get(pair[2], list)() if value.startswith(pair[4])]
    else:
        word = (_WORD.search(text) or [""])[0]
        before, sign = text[: len(text) - len(word)], "-" if word.startswith("-") else ""
        told = [f"{before}{sign}{field}:" for field in fields if field.startswith(word.removeprefix("-"))]
        told = told if word or not used else []
    return [found for found in dict.fromkeys([*told, *used]) if found != text][:MOST]
