"""Category clauses: reads which categories a filter's text chooses, and writes a choice back into it.

The text of the filter is the only truth; chips show what is read here. Only clauses that stand for themselves at
the top of the text belong to the chips: what is in parentheses, or beside `or` and `not`, is the writer's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["CategoryChoice", "narrowed", "quoted", "read", "write"]

_VALUE: Final = r'(?:"(?:[^"\\]|\\.)*"|[^\s(),"]+)'
_TOKEN: Final = re.compile(
    rf"(?P<clause>-?category:{_VALUE}(?:,{_VALUE})*(?=[\s)]|$))"
    r'|(?P<paren>-?\(|\))|(?P<word>(?:"(?:[^"\\]|\\.)*"?|[^\s()"])+)|(?P<space>\s+)'
)
_PLAIN: Final = re.compile(r"[\w.-]+")


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
    """The choice that the chips' clauses in `text` state."""
    included: list[str] = []
    excluded: list[str] = []
    for clause in _split(text)[0]:
        names = excluded if clause.startswith("-") else included
        names += [_unquoted(value) for value in re.findall(_VALUE, clause.partition(":")[2])]
    return CategoryChoice(tuple(dict.fromkeys(included)), tuple(dict.fromkeys(excluded)))


def write(text: str, choice: CategoryChoice) -> str:
    """`text` with its clauses replaced by `choice`; the rest stays as it was written."""
    rest = _split(text)[1]
    clauses = [
        f"{sign}category:{','.join(map(quoted, names))}"
        for sign, names in (("", choice.included), ("-", choice.excluded))
        if names
    ]
    return narrowed(rest, *clauses)


def narrowed(text: str, *clauses: str) -> str:
    """The filter `text` with further clauses that all must hold."""
    if clauses and has_alternatives(text):
        text = f"({text})"
    return " ".join([text, *clauses]).strip()


def quoted(value: str) -> str:
    """`value` as the filter language writes it."""
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _split(text: str) -> tuple[list[str], str]:
    """The chips' clauses, and the text without them."""
    if has_alternatives(text):
        return [], text.strip()
    clauses, rest, negated = [], [], False
    for token, top in _tokens(text):
        if token["clause"] and top and not negated:
            clauses.append(token[0])
        elif not token["space"]:
            rest.append(token[0])
        elif rest and rest[-1] != " ":
            rest.append(" ")
        if not token["space"]:
            negated = token[0].lower() == "not"
    return clauses, "".join(rest).strip()


def has_alternatives(text: str) -> bool:
    """Whether `or` stands at the top, so that a clause put beside it would belong to one side only."""
    return any(top and token["word"] and token[0].lower() == "or" for token, top in _tokens(text))


def _tokens(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """The tokens of `text`, and whether each stands outside all parentheses."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += token[0].endswith("(") if token["paren"] else 0
        yield token, depth == 0
        depth -= token[0] == ")"


def _toggle(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return _without(names, name) if name in names else (*names, name)


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
