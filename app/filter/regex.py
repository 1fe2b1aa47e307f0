"""Regular expressions, by RE2: however they are written, matching takes time linear in the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.filter.terms import FilterError, Word


def searcher(pattern: Word) -> Callable[[bytes], Any]:
    """A function that finds the pattern in bytes, in any case unless it begins with `(?-i)`; raises FilterError."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        search: Callable[[bytes], Any] = re2.compile(pattern.text.encode(), options).search
    except (re2.error, UnicodeEncodeError) as error:
        raise FilterError(f"This regular expression is wrong: {told(error)}.", pattern.position) from error
    return search


def told(error: Exception) -> str:
    """What RE2 says of a pattern, in one line."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else "it has a character that no text can have"
    return " ".join(text.split())
