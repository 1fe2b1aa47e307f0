"""Query: a filter's text made into a test of rows. docs/filters.md tells users about the language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from app.filter.deep import RegexText
from app.filter.expression import COLUMN, And, Everything, Node, Not, Or, Span
from app.filter.extract import SPAN
from app.filter.help import helps
from app.filter.operators import FIELDS, OPEN_FIELDS, Field
from app.filter.predicates import FreeText
from app.filter.regex import searcher
from app.filter.syntax import All, Comparison, Either, Opposite, Regex, Syntax, Text, inside, parts_of
from app.filter.terms import FilterError, Term, Word
from app.store.chunk import Chunk
from app.store.courtesy import WINDOW
from app.store.store import Store

if TYPE_CHECKING:
    from lark import Lark, Token

__all__ = ["Filter", "FilterError", "all_of", "helps", "parse", "syntax_of", "warm_up"]

LONGEST: Final = 10_000
"""Characters of a filter's text."""

DEEPEST: Final = 100
"""How deep a filter may be nested; evaluation recurses."""


class Told(NamedTuple):
    """A clause: how many rows it removes when it stands alone, and how many match the filter without it."""

    clause: str
    removes: int
    others_leave: int


class Filter:
    """A test of rows. It has no state: several threads may use one filter."""

    def __init__(self, text: str, tree: Syntax | None) -> None:
        self.text = text
        self.tree = tree
        """What was written; None when nothing was."""
        self._node = node_of(tree) if tree else Everything()

    @classmethod
    def of(cls, tree: Syntax) -> Self:
        """The filter that a tree is, with the text that it prints."""
        return cls(str(tree), tree)

    @property
    def clauses(self) -> Sequence[Syntax]:
        """The parts joined by "and"."""
        return parts_of(self.tree, All)

    @property
    def cost(self) -> int:
        """The dearest that it reads, as in `app.filter.expression`."""
        return self._node.cost

    @property
    def slow(self) -> bool:
        """Whether it reads texts or payloads, and not only columns."""
        return self._node.cost > COLUMN

    def mask(self, chunk: Chunk, start: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows `start` to `stop` of a chunk pass."""
        return self._node.mask(Span(chunk, start, stop))

    def explain(self, store: Store) -> list[Told]:
        """The clauses joined by "and", each with what it does to the rows of the store."""
        nodes = [node_of(clause) for clause in self.clauses]
        counts = sum((counted(nodes, chunk) for chunk in store.chunks), np.zeros((2, len(nodes)), np.int64))
        return [Told(inside(clause), *each) for clause, each in zip(self.clauses, counts.T.tolist(), strict=True)]

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def parse(text: str) -> Filter:
    """The filter that a text means; an empty one passes everything. Raises FilterError."""
    return Filter(text, syntax_of(text))


def warm_up() -> None:
    """Have all that reads a filter at hand before somebody types one; its first use takes some 50 ms."""
    parse('type:a.* (priority>=high or -"b") /c/ latency>5ms payload.d[*]:1')


@lru_cache(256)
def syntax_of(text: str) -> Syntax | None:
    """What a text says, None when that is nothing; raises FilterError. Times in it are still as they were written."""
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise FilterError(f"A filter can have at most {LONGEST:,} characters.", LONGEST)
    from lark import UnexpectedInput

    try:
        return cast("Syntax", grammar().parse(text))
    except UnexpectedInput as error:
        raise misread(text, error) from error


def all_of(filters: Iterable[Filter]) -> Filter:
    """The filter that lets through what all of them do."""
    parts = [one for one in filters if one.tree is not None]
    if len(parts) < 2:
        return parts[0] if parts else parse("")
    clauses = [clause for one in parts for clause in one.clauses]
    return Filter.of(All(0, 0, 1 + max(clause.depth for clause in clauses), clauses))


def node_of(tree: Syntax) -> Node:
    """The test that a part of a filter means; raises FilterError."""
    match tree:
        case Comparison(term=term):
            return field_of(term.field).node(term)
        case Text(word=word):
            return FreeText(word.text)
        case Regex(pattern=pattern):
            return RegexText(searcher(pattern))
        case Opposite(part=part):
            return Not(node_of(part))
        case All(parts=parts):
            return And(*map(node_of, parts))
        case Either(parts=parts):
            return Or(*map(node_of, parts))
    raise AssertionError(tree)


@cache
def grammar() -> Lark:
    """The parser, made when the first filter is parsed: importing lark takes a while."""
    from lark import Lark

    source = Path(__file__).with_name("filter.lark").read_text("utf-8")
    return Lark(source, parser="lalr", transformer=Builder())


class Builder:
    """Makes syntax of what the grammar recognises; one method for each of its rules."""

    def start(self, parts: list[Syntax]) -> Syntax:
        """The whole filter."""
        return parts[0]

    def either(self, parts: list[Syntax]) -> Syntax:
        """Parts joined by "or"."""
        return Either(parts[0].start, parts[-1].stop, deeper(*parts), parts)

    def both(self, parts: list[Syntax]) -> Syntax:
        """Parts side by side."""
        return All(parts[0].start, parts[-1].stop, deeper(*parts), parts)

    def opposite(self, parts: list[Any]) -> Syntax:
        """A part that is negated."""
        sign, part = parts
        return Opposite(sign.start_pos, part.stop, deeper(part), part)

    def group(self, parts: list[Any]) -> Syntax:
        """A part in parentheses."""
        left, right = parts[0], parts[-1]
        part: Syntax = parts[1]
        return replace(part, start=left.start_pos, stop=right.end_pos)

    def term(self, parts: list[Any]) -> Syntax:
        """A field compared with values."""
        name, sign, *values = parts
        comparison = Word(":" if sign in ("=", "==") else str(sign), sign.start_pos)
        term = Term(word(name), comparison, tuple(word(value) for value in values))
        return Comparison(name.start_pos, values[-1].end_pos, 1, term)

    def value(self, parts: list[Token]) -> Token:
        """One of the values."""
        return parts[0]

    def text(self, parts: list[Any]) -> Syntax:
        """A text to be found anywhere."""
        (token,) = parts
        found = word(token)
        if not found.text:
            raise FilterError("There is nothing between these quotes to look for.", found.position)
        return Text(token.start_pos, token.end_pos, 1, found)

    def regex(self, parts: list[Any]) -> Syntax:
        """A regular expression."""
        (token,) = parts
        pattern = re.sub(r"\\(.)", lambda found: "/" if found[1] == "/" else found[0], token[1:-1], flags=re.DOTALL)
        return Regex(token.start_pos, token.end_pos, 1, Word(pattern, token.start_pos + 1))


def deeper(*parts: Syntax) -> int:
    """How deep a part is nested that is made of these; raises FilterError when evaluation would recurse too deeply."""
    depth = 1 + max(part.depth for part in parts)
    if depth > DEEPEST:
        raise FilterError("This filter is nested too deeply; write it with fewer parentheses.", parts[0].start)
    return depth


def word(token: Token) -> Word:
    """A token as a word, without its quotes."""
    if token.type != "QUOTED":
        return Word(str(token), token.start_pos or 0)
    return Word(re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL), token.start_pos or 0, quoted=True)


def field_of(name: Word) -> Field:
    """The field of that name; raises FilterError with the nearest one that there is."""
    if name.text in FIELDS:
        return FIELDS[name.text]
    for kind in OPEN_FIELDS:
        if name.text.startswith(kind.prefix):
            return kind.named(name)
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


def counted(nodes: Sequence[Node], chunk: Chunk) -> NDArray[np.int64]:
    """For each node the rows of a chunk that it does not select, and those that all the others do."""
    rows = chunk.rows
    spans = (Span(chunk, start, min(start + SPAN, rows)) for start in range(0, rows, SPAN))
    return sum((counted_in(nodes, span) for span in spans), np.zeros((2, len(nodes)), np.int64))


def counted_in(nodes: Sequence[Node], span: Span) -> NDArray[np.int64]:
    """The same for the rows of a span."""
    WINDOW.give_way()
    failed = [~node.mask(span) for node in nodes]
    failures = sum(failed, np.zeros(span.rows, np.int16))
    left = [np.count_nonzero(failures <= mask) for mask in failed]
    return np.array([[np.count_nonzero(mask) for mask in failed], left], np.int64)
