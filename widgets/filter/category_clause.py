"""Category clauses: reads which categories a filter's text chooses, and writes a choice back into it.

The text of the filter is the only truth; chips show what is read here. Only clauses that stand for themselves at
the top of the text belong to the chips: what is in parentheses, or beside `or` and `not`, is the writer's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.filter.clause import clause, conjuncts, joined, negated
from app.filter.syntax import Comparison, Opposite, Syntax
from app.filter.terms import Term, Word

__all__ = ["CategoryChoice", "read", "write"]


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """Only `included` when there are any, and never `excluded`; names in the order in which they were chosen."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def only(self, name: str) -> CategoryChoice:
        """Just this category, or all when it was the only one already."""
        return CategoryChoice() if self.included == (name,) else CategoryChoice((name,))

    def toggled(self, name: str) -> CategoryChoice:
        """This category added to those included, or taken back."""
        return CategoryChoice(_toggle(self.included, name), _without(self.excluded, name))

    def banned(self, name: str) -> CategoryChoice:
        """This category excluded, or let in again."""
        return CategoryChoice(_without(self.included, name), _toggle(self.excluded, name))


def read(text: str) -> CategoryChoice:
    """The choice that the chips' clauses in `text` state; none while the text is wrong."""
    included: list[str] = []
    excluded: list[str] = []
    for part, term in chips_clauses(text):
        (excluded if isinstance(part, Opposite) else included).extend(word.text for word in term.values)
    return CategoryChoice(tuple(dict.fromkeys(included)), tuple(dict.fromkeys(excluded)))


def write(text: str, choice: CategoryChoice) -> str:
    """`text` with its clauses replaced by `choice`; the rest stays as it was written."""
    for part, _ in reversed(list(chips_clauses(text))):
        text = f"{text[: part.start].rstrip()} {text[part.stop :].lstrip()}".strip()
    if choice.included:
        text = joined(text, clause("category", *choice.included))
    return joined(text, negated(clause("category", *choice.excluded))) if choice.excluded else text


def chips_clauses(text: str) -> Iterator[tuple[Syntax, Term]]:
    """The parts of a text that belong to the chips, and what each compares."""
    for part in conjuncts(text):
        inner = part.part if isinstance(part, Opposite) and text[part.start] == "-" else part
        if isinstance(inner, Comparison) and inner.start == inner.term.field.position and names(inner.term):
            yield part, inner.term


def names(term: Term) -> bool:
    """Whether a term names categories one by one."""
    plain = not any(is_pattern(word) for word in term.values)
    return term.field.text == "category" and term.operator.text == ":" and plain


def is_pattern(word: Word) -> bool:
    """Whether a word stands for many values."""
    return not word.quoted and bool(set("*?") & set(word.text))


def _toggle(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return _without(names, name) if name in names else (*names, name)


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
