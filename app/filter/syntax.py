"""Syntax: a filter as it was written, part by part. Each part prints itself as a text that means the same."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.filter.terms import Term, Word

PLAIN: Final = re.compile(r"[^\s(),\"]+")
"""A value that needs no quotes."""
PLAIN_TEXT: Final = re.compile(r"(?!(?:or|and|not)$)[^\s(),\"/:=<>!-][^\s(),\":=<>!]*", re.IGNORECASE)
"""A text to be found anywhere that needs none."""


@dataclass(frozen=True, slots=True)
class Syntax(ABC):
    """A part of a filter, from character `start` to `stop` of its text, and how deep it is nested."""

    start: int
    stop: int
    depth: int

    @abstractmethod
    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Comparison(Syntax):
    """A field compared with values."""

    term: Term

    def __str__(self) -> str:
        values = ",".join(written(word, PLAIN) for word in self.term.values)
        return f"{self.term.field.text}{self.term.operator.text}{values}"


@dataclass(frozen=True, slots=True)
class Text(Syntax):
    """A text to be found anywhere."""

    word: Word

    def __str__(self) -> str:
        return written(self.word, PLAIN_TEXT)


@dataclass(frozen=True, slots=True)
class Regex(Syntax):
    """A regular expression to be found anywhere; in `pattern` a slash is a slash."""

    pattern: Word

    def __str__(self) -> str:
        return f"/{slashes_escaped(self.pattern.text)}/"


@dataclass(frozen=True, slots=True)
class Opposite(Syntax):
    """What its part does not select."""

    part: Syntax

    def __str__(self) -> str:
        return f"-{inside(self.part)}"


@dataclass(frozen=True, slots=True)
class All(Syntax):
    """What all of its parts select."""

    parts: Sequence[Syntax]

    def __str__(self) -> str:
        return " ".join(inside(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either(Syntax):
    """What any of its parts selects."""

    parts: Sequence[Syntax]

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, Either) else str(part) for part in self.parts)


def parts_of(tree: Syntax | None, kind: type[All | Either]) -> Sequence[Syntax]:
    """The parts that are joined so; one that is not is the only one, and nothing has none."""
    if isinstance(tree, kind):
        return tree.parts
    return () if tree is None else (tree,)


def inside(part: Syntax) -> str:
    """A part beside others, in parentheses where it would bind weaker than they do."""
    return f"({part})" if isinstance(part, All | Either) else str(part)


def written(word: Word, plain: re.Pattern[str]) -> str:
    """A word, in quotes if it was or has to be."""
    if not word.quoted and plain.fullmatch(word.text):
        return word.text
    escaped = re.sub(r'(["\\])', r"\\\1", word.text)
    return f'"{escaped}"'


def slashes_escaped(pattern: str) -> str:
    """A pattern that can stand between slashes."""
    return re.sub(r"\\.|/", lambda found: r"\/" if found[0] == "/" else found[0], pattern, flags=re.DOTALL)
