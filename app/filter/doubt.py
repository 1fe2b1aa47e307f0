"""Doubts: what is legal in a filter and still probably not meant, such as a value that was never seen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple

from app.filter.expression import BYTES
from app.filter.matches import BYTES_PER_SECOND
from app.filter.observed import observed
from app.filter.predicates import Pattern
from app.filter.query import Filter
from app.filter.syntax import All, Comparison, Either, Opposite, Syntax
from app.filter.terms import Word
from app.store.store import Store

__all__ = ["Doubt", "doubt"]

CHECKED: Final = frozenset({"type", "category", "source", "producer", "channel", "subscription", "envelope"})
"""Fields of which few enough values are seen to look through them at each key."""

BUDGET_S: Final = 0.002
"""A value that was not met in this time counts as seen, and one that may be in a file."""

MOST: Final = 200
"""Of so many values the likeliest is named."""

LONG_S: Final = 1.0
"""A search that takes longer is worth a word."""


class Doubt(NamedTuple):
    """A sentence for the user, and which characters of the filter's text it is about."""

    sentence: str
    start: int
    stop: int


def doubt(wanted: Filter, store: Store) -> Doubt | None:
    """The first doubt about a filter, if there is one."""
    if not store.kept or wanted.tree is None:
        return None
    unseen = ((field, word) for field, word in values(wanted.tree) if not seen(store, field, word))
    for field, word in unseen:
        return Doubt(never_seen(store, field, word), word.position, word.position + len(word.text) + 2 * word.quoted)
    if wanted.cost >= BYTES and (seconds := store.bytes / BYTES_PER_SECOND) > LONG_S:
        sentence = f"This reads the texts of all {store.kept:,} rows, some {seconds:.0f} s; “and since:5m” is quicker."
        return Doubt(sentence, 0, len(wanted.text))
    return None


def values(tree: Syntax) -> Iterator[tuple[str, Word]]:
    """The fields that are looked through, and the values that are asked of them."""
    match tree:
        case Comparison(term=term) if term.field.text in CHECKED and term.operator.text in (":", "!="):
            yield from ((term.field.text, word) for word in term.values)
        case Opposite(part=part):
            yield from values(part)
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from values(part)


def seen(store: Store, field: str, word: Word) -> bool:
    """Whether any row may have had that value."""
    pattern, deadline = Pattern(word), time.perf_counter() + BUDGET_S
    for chunk in reversed(store.chunks):
        dictionary = chunk.dictionaries[field]
        if not dictionary.at_hand:
            return True
        if pattern.exact is not None:
            found = dictionary.code(pattern.exact) is not None
        else:
            found = any(map(pattern, dictionary.values))
        if found or time.perf_counter() > deadline:
            return True
    return False


def never_seen(store: Store, field: str, word: Word) -> str:
    """That no event has the value, and which one may be meant."""
    known = [value for value, _ in observed(store, field, most=MOST)]
    close = [value for value in known if value.startswith(word.text)] or get_close_matches(word.text, known, 1)
    hint = f"; did you mean “{close[0]}”?" if close and word.text else " so far."
    return f"No event has the {field} “{word.text}”{hint}"
