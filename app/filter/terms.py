"""Terms: what a filter's text is made of, and the error that says where it is wrong."""

from __future__ import annotations

import re
from typing import NamedTuple


class FilterError(ValueError):
    """A filter that cannot be understood: a sentence for the user, and where in the text it is wrong."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Word(NamedTuple):
    """A piece of a filter's text. In a quoted one, `*` and `?` mean themselves."""

    text: str
    position: int
    quoted: bool = False


class Term(NamedTuple):
    """`field operator value,value`: the operator is one of `:` `!=` `>` `>=` `<` `<=`."""

    field: Word
    operator: Word
    values: tuple[Word, ...]


def extent(text: str, position: int) -> tuple[int, int]:
    """From where to where a text is wrong: to the end of the word at a position, at least one character."""
    word = re.compile(r"\S+").match(text, position)
    return position, word.end() if word else position + 1
