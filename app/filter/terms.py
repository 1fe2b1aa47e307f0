"""Terms: what a filter's text is made of, and the error that says where it is wrong."""

from __future__ import annotations

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
