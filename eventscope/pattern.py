"""Patterns: which types and categories a subscription wants. `*` is any text, `?` any one character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum

from eventscope.event import text_of

__all__ = ["Names", "matcher", "patterns_of"]

Names = str | Enum | Iterable[str | Enum] | None
"""What a caller may give: one name, several, or None for any."""


def patterns_of(names: Names, what: str) -> tuple[str, ...]:
    """The given names as texts. Raises TypeError for what is no text, ValueError for an empty list."""
    if names is None:
        return ()
    given = (names,) if isinstance(names, (str, Enum)) else tuple(names)
    texts = tuple(text_of(name) if isinstance(name, (str, Enum)) else name for name in given)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{what} takes texts or members of an Enum, not {text!r}")
    if not texts:
        raise ValueError(f"{what} is an empty list, which nothing matches; leave it out to get every event")
    return texts


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a text is one of `patterns`; with none of them every text passes."""
    wanted = tuple(patterns)
    if not wanted:
        return lambda text: True
    exact = frozenset(wanted)
    globs = [_regex(pattern) for pattern in wanted if "*" in pattern or "?" in pattern]
    if not globs:
        return exact.__contains__
    any_of = re.compile("|".join(globs), re.DOTALL).fullmatch
    return lambda text: text in exact or any_of(text) is not None


def _regex(pattern: str) -> str:
    # A run of stars is one star: anything else would make the search take for ever.
    parts = re.split(r"(\*+|\?)", pattern)
    return "".join(".*" if p.startswith("*") else "." if p == "?" else re.escape(p) for p in parts)
