"""Clauses: filters made by a click instead of by hand. Values are quoted rightly, and "and" binds what it must."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final, Literal

from app.filter.json_path import JsonPath, name_text, path_text
from app.filter.query import FilterError, syntax_of
from app.filter.syntax import PLAIN, All, Either, Opposite, Syntax, inside, parts_of, written
from app.filter.terms import Word

__all__ = ["How", "bracketed", "clause", "conjuncts", "field_text", "joined", "negated", "value_text", "value_word"]

How = Literal["and", "or", "not"]

PLAIN_NAME: Final = re.compile(r"[\w.\[\]*-]+")


def clause(field: str, *values: str | None) -> str:
    """Selects what has one of the values in a field; None is a field that is absent."""
    field = field_text(field)
    told = [value_text(value) for value in values if value is not None]
    here, absent = f"{field}:{','.join(told)}", f"-{field}:*"
    if None in values:
        return f"({here} or {absent})" if told else absent
    return here


def field_text(field: str) -> str:
    """The name of a field as a filter writes it: what a program has chosen may need quotes."""
    kind, dot, name = field.partition(".")
    if kind == "header" and not PLAIN_NAME.fullmatch(name):
        return f"{kind}{dot}{name_text(name)}"
    if kind == "payload" and not PLAIN_NAME.fullmatch(name):
        with suppress(ValueError):  # what is no path makes a filter that is wrong, and says so
            return f"{kind}{dot}{path_text(JsonPath(name).steps)}"
    return field


def value_text(value: str) -> str:
    """A value as it stands behind its field, in quotes where it needs them."""
    return written(value_word(value), PLAIN)


def value_word(value: str) -> Word:
    """A value as a word that means itself and nothing else."""
    return Word(value, 0, quoted=bool(set("*?") & set(value)))


def negated(text: str) -> str:
    """Selects what a filter does not; an empty text stays empty, and one that is wrong stays wrong."""
    tree = tree_of(text)
    if tree is None:
        return f"-({text})" if text.strip() else ""
    return str(tree.part) if isinstance(tree, Opposite) else f"-{inside(tree)}"


def joined(text: str, clause: str, how: How = "and") -> str:
    """A filter narrowed ("and", "not") or widened ("or") by a clause; what was written stays as it was written.

    A text that is wrong gets the clause at its end, where its writer will see both.
    """
    text, clause = text.strip(), negated(clause) if how == "not" else clause.strip()
    if not text or not clause:
        return text or clause
    if how == "or":
        return text if clause in map(str, alternatives(text)) else f"{text} or {clause}"
    if clause in map(str, conjuncts(text)):
        return text
    return f"{bracketed(text)} {bracketed(clause)}"


def conjuncts(text: str) -> list[Syntax]:
    """The parts that all must hold; none of a text that is wrong or empty."""
    return list(parts_of(tree_of(text), All))


def alternatives(text: str) -> list[Syntax]:
    """The parts of which one must hold; none of a text that is wrong or empty."""
    return list(parts_of(tree_of(text), Either))


def bracketed(text: str) -> str:
    """A filter that can stand beside others."""
    return f"({text})" if len(alternatives(text)) > 1 and not is_group(text) else text


def is_group(text: str) -> bool:
    """Whether one pair of parentheses is around everything."""
    tree = tree_of(text)
    return isinstance(tree, Either) and text[tree.start] == "(" and tree.parts[0].start > tree.start


def tree_of(text: str) -> Syntax | None:
    """What was written, None when that is nothing or wrong."""
    try:
        return syntax_of(text)
    except FilterError:
        return None
