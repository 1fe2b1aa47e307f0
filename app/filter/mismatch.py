"""Mismatches: why a clause that is rightly written can select nothing, told by an event that shows it.

A header or a place in a payload holds what programs put there. What was compared with it may be of another kind, the
place may be spelled otherwise, or the payloads may be no JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from app.columns.fields import HEADER, PAYLOAD, field_of
from app.columns.observed import observed_places, recent
from app.display import display
from app.filter.order import ORDER
from app.filter.predicates import Pattern
from app.filter.syntax import All, Comparison, Either, Syntax
from app.filter.terms import Term, Word
from app.filter.values import as_number
from app.payload import NotJson, json_value
from app.store.store import Store
from app.store.stored import StoredEvent

__all__ = ["Mismatch", "mismatch"]

SHOWN: Final = 60
"""Characters of a value in a sentence."""


class Mismatch(NamedTuple):
    """A sentence for the user, and the row that shows it, None where no row does."""

    sentence: str
    seq: int | None = None


class Evidence(NamedTuple):
    """What an event has at a place, as it is written."""

    seq: int
    text: str

    @property
    def is_number(self) -> bool:
        """Whether it compares as a number."""
        return as_number(Word(self.text, 0)) is not None

    @property
    def is_nested(self) -> bool:
        """Whether there are further values inside of it."""
        return self.text[:1] in ("{", "[")


def mismatch(tree: Syntax | None, store: Store) -> Mismatch | None:
    """The first thing in a filter that the newest events speak against. It reads them, so a thread asks."""
    for term in places(tree):
        if (found := of_term(term, store)) is not None:
            return found
    return None


def places(tree: Syntax | None) -> Iterator[Term]:
    """What is asked of headers and of places in payloads, except where it is denied."""
    match tree:
        case Comparison(term=term) if term.field.text.startswith((HEADER, PAYLOAD)):
            yield term
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from places(part)


def of_term(term: Term, store: Store) -> Mismatch | None:
    """What speaks against one clause."""
    events = [event for event in recent(store) if event.headers or event.payload]
    name = term.field.text
    try:
        read = field_of(name).whole
    except ValueError:
        return None
    seen = [Evidence(event.seq, text) for event in events if (text := read(event))]
    if not seen:
        return absent(name, events, store)
    if all(evidence.is_nested for evidence in seen):
        return Mismatch(f"{name} is no plain value {such_as(seen[0])}; name a place inside of it.", seen[0].seq)
    return other_kind(name, term, [evidence for evidence in seen if not evidence.is_nested])


def absent(name: str, events: Sequence[StoredEvent], store: Store) -> Mismatch | None:
    """What recent events have instead of a place that none of them has."""
    raw = next((event for event in events if event.payload and not is_json(event.payload)), None)
    if raw is not None and name.startswith(PAYLOAD) and not any(is_json(event.payload) for event in events):
        sentence = f"The payloads of recent events are no JSON, as in row {raw.seq:,}: no place in them can be named."
        return Mismatch(sentence, raw.seq)
    known = observed_places(store)
    close = get_close_matches(name, known, 1) or [other for other in known if other.endswith(name.partition(".")[2])]
    if close:
        return Mismatch(f"No recent event has {name}; did you mean {display(close[0])}?")
    return Mismatch(f"No recent event has {name}.") if events else None


def other_kind(name: str, term: Term, seen: Sequence[Evidence]) -> Mismatch | None:
    """That numbers are compared with text, or text with numbers."""
    wanted = [word for word in term.values if as_number(word) is None]
    ordered = term.operator.text in ORDER
    if all(evidence.is_number for evidence in seen) and len(wanted) == len(term.values):
        plain = ordered or all(Pattern(word).exact is not None for word in wanted)
        sentence = f"{name} is a number {such_as(seen[0])}, and “{display(wanted[0].text)}” is none."
        return Mismatch(sentence, seen[0].seq) if plain else None
    if ordered and not wanted and not any(evidence.is_number for evidence in seen):
        return Mismatch(f"{name} is a text {such_as(seen[0])}; only numbers compare with a number.", seen[0].seq)
    return None


def such_as(evidence: Evidence) -> str:
    """A value with its row."""
    return f"such as {display(evidence.text, limit=SHOWN)} in row {evidence.seq:,}"


def is_json(payload: bytes | None) -> bool:
    """Whether a payload can be read."""
    try:
        json_value(payload or b"")
    except NotJson:
        return False
    return True
