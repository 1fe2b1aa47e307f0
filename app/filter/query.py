"""Query: a filter's text made into a test of rows. docs/filters.md tells users about the language."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from app.filter.expression import COLUMN, And, Everything, Node, Not, Or, Span
from app.filter.help import helps
from app.filter.operators import FIELDS
from app.filter.predicates import FreeText
from app.filter.terms import FilterError, Term, Word
from app.store.chunk import Chunk
from app.store.store import Store

if TYPE_CHECKING:
    from lark import Lark, Token

__all__ = ["Filter", "FilterError", "helps", "parse"]

LONGEST: Final = 10_000
"""Characters of a filter's text."""


class Clause(NamedTuple):
    """A node, where it stands in the text, and the clauses that it joins by "and"."""

    node: Node
    start: int
    stop: int
    joined: tuple[Clause, ...] = ()


class Filter:
    """A test of rows. It has no state: several threads may use one filter."""

    def __init__(self, text: str, node: Node, clauses: list[tuple[str, Node]]) -> None:
        self.text = text
        self._node = node
        self._clauses = clauses

    @property
    def slow(self) -> bool:
        """Whether it reads texts or payloads, and not only columns."""
        return self._node.cost > COLUMN

    def mask(self, chunk: Chunk, start: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows `start` to `stop` of a chunk pass."""
        return self._node.mask(Span(chunk, start, stop))

    def explain(self, store: Store) -> list[tuple[str, int]]:
        """The clauses joined by "and", each with how many rows of the store it removes when it stands alone."""
        return [(text, sum(removed(node, chunk) for chunk in store.chunks)) for text, node in self._clauses]

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def parse(text: str) -> Filter:
    """The filter that a text means; an empty one passes everything. Raises FilterError."""
    if not text.strip():
        return Filter(text, Everything(), [])
    if len(text) > LONGEST:
        raise FilterError(f"A filter can have at most {LONGEST:,} characters.", LONGEST)
    from lark import UnexpectedInput

    try:
        whole = cast(Clause, grammar().parse(text))
    except UnexpectedInput as error:
        raise misread(text, error) from error
    clauses = whole.joined or (whole,)
    return Filter(text, whole.node, [(text[clause.start : clause.stop], clause.node) for clause in clauses])


@cache
def grammar() -> Lark:
    """The parser, made when the first filter is parsed: importing lark takes a while."""
    from lark import Lark

    source = Path(__file__).with_name("filter.lark").read_text("utf-8")
    return Lark(source, parser="lalr", transformer=Builder())


class Builder:
    """Makes clauses of what the grammar recognises; one method for each of its rules."""

    def start(self, parts: list[Clause]) -> Clause:
        """The whole filter."""
        return parts[0]

    def either(self, parts: list[Clause]) -> Clause:
        """Clauses joined by "or"."""
        return Clause(Or(*(part.node for part in parts)), parts[0].start, parts[-1].stop)

    def both(self, parts: list[Clause]) -> Clause:
        """Clauses side by side."""
        return Clause(And(*(part.node for part in parts)), parts[0].start, parts[-1].stop, tuple(parts))

    def opposite(self, parts: list[Any]) -> Clause:
        """A clause that is negated."""
        sign, clause = parts
        return Clause(Not(clause.node), sign.start_pos, clause.stop)

    def group(self, parts: list[Any]) -> Clause:
        """A clause in parentheses."""
        left, clause, right = parts
        return Clause(clause.node, left.start_pos, right.end_pos)

    def term(self, parts: list[Any]) -> Clause:
        """A field compared with values."""
        name, sign, *values = parts
        comparison = ":" if sign in ("=", "==") else str(sign)
        term = Term(word(name), Word(comparison, sign.start_pos), tuple(word(value) for value in values))
        return Clause(field_of(term.field).node(term), name.start_pos, values[-1].end_pos)

    def value(self, parts: list[Token]) -> Token:
        """One of the values."""
        return parts[0]

    def text(self, parts: list[Token]) -> Clause:
        """A text to be found anywhere."""
        found = word(parts[0])
        if not found.text:
            raise FilterError("There is nothing between these quotes to look for.", found.position)
        return Clause(FreeText(found.text), parts[0].start_pos, parts[0].end_pos)  # type: ignore[arg-type]

    def regex(self, parts: list[Token]) -> Clause:
        """A regular expression."""
        raise FilterError(
            "/regex/ is not available yet; put it in quotes to search for this text.", parts[0].start_pos or 0
        )


def word(token: Token) -> Word:
    """A token as a word, without its quotes."""
    if token.type != "QUOTED":
        return Word(str(token), token.start_pos or 0)
    return Word(re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL), token.start_pos or 0, quoted=True)


def field_of(name: Word) -> Any:
    """The field of that name; raises FilterError with the nearest one that there is."""
    if name.text in FIELDS:
        return FIELDS[name.text]
    if name.text.startswith(("header.", "payload.")):
        kind = name.text.partition(".")[0]
        raise FilterError(f"Filtering by {kind} is not available yet; search for a text instead.", name.position)
    close = get_close_matches(name.text.lower(), FIELDS, 1)
    hint = f"did you mean “{close[0]}”?" if close else f"there are {', '.join(FIELDS)}."
    raise FilterError(
        f"There is no field “{name.text}”; {hint} To search for this text, put it in quotes.", name.position
    )


def misread(text: str, error: Any) -> FilterError:
    """What is wrong where the parser gave up."""
    position = min(getattr(error, "pos_in_stream", None) or 0, len(text))
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        position = len(text)
        left = text.rstrip()
        if "RIGHT" in error.expected:
            return FilterError("This parenthesis is never closed.", open_parenthesis(text))
        return FilterError(f"Something is missing after “{left.split()[-1]}”.", position)
    if text[position : position + 1] == '"':
        return FilterError("This quote is never closed.", position)
    if text[position : position + 1] == ")":
        return FilterError("This parenthesis closes nothing.", position)
    return FilterError(
        f"“{text[position:].split()[0]}” cannot stand here; put it in quotes to search for it.", position
    )


def open_parenthesis(text: str) -> int:
    """Where the last parenthesis that is not closed stands in a text that is otherwise right."""
    opened: list[int] = []
    for sign in re.finditer(r'"(?:\\.|[^"\\])*"|[()]', text, re.DOTALL):
        if sign[0] == "(":
            opened.append(sign.start())
        elif sign[0] == ")":
            opened.pop()
    return opened[-1]


def removed(node: Node, chunk: Chunk) -> int:
    """How many rows of a chunk a node does not select."""
    rows = chunk.rows
    return rows - int(np.count_nonzero(node.mask(Span(chunk, 0, rows))))
