"""Operators: the fields that a filter can name. Each knows its help line and makes its own test."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import numpy as np

from app.filter import units
from app.filter.deep import HeaderValue, PayloadPlace
from app.filter.expression import Node
from app.filter.json_path import JsonPath
from app.filter.marked import FIELD as MARKED
from app.filter.marked import Marked
from app.filter.named import mark, phase, priority
from app.filter.order import ORDER
from app.filter.predicates import Coded, Moment, Numbers, Pattern, RowNumber, RowText
from app.filter.terms import FilterError, Term, Word
from app.filter.values import Wanted
from app.marks import Mark
from app.store.packing import NO_PAYLOAD
from eventscope.connector import UNKNOWN_PRIORITY
from eventscope.step import Phase

T = TypeVar("T")


class Field(ABC):
    """A field by its name in filters, with a line of help and an example."""

    ordered = False
    only_equal = False

    def __init__(self, name: str, meaning: str, example: str) -> None:
        self.name = name
        self.meaning = meaning
        self.example = example

    def node(self, term: Term) -> Node:
        """The test that a term asks for; raises FilterError."""
        sign = term.operator.text
        if (sign in ORDER and not self.ordered) or (sign != ":" and self.only_equal):
            raise FilterError(f"“{self.name}” cannot be compared by {sign}; {self.usage}.", term.operator.position)
        if sign in ORDER and len(term.values) > 1:
            raise FilterError(f"{sign} takes one value.", term.values[1].position)
        return self.test(sign, term.values)

    @property
    def usage(self) -> str:
        """How to write it."""
        return f"write {self.name}:VALUE" + ("" if self.only_equal else f" or {self.name}!=VALUE")

    @abstractmethod
    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """The test for a sign that the field allows."""


class TextField(Field):
    """A text: exact, or with `*` and `?`."""

    def __init__(self, name: str, meaning: str, example: str, *, coded: str = "", text: str = "") -> None:
        super().__init__(name, meaning, example)
        self._coded = coded
        self._text = text

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Any of the values, or none of them."""
        patterns = [Pattern(word) for word in values]
        exact = [pattern.exact for pattern in patterns if pattern.exact is not None]
        searchable = exact if sign == ":" and len(exact) == len(patterns) else None

        def passes(text: str | None) -> bool:
            return text is not None and any(pattern(text) for pattern in patterns) is (sign == ":")

        if self._coded:
            return Coded(self._coded, passes, searchable)
        return RowText(self._text, passes, searchable)


class NumberField(Field):
    """A number. `parse` makes one of a word or raises ValueError with a sentence."""

    ordered = True

    def __init__(
        self,
        name: str,
        meaning: str,
        example: str,
        *,
        column: str,
        parse: Callable[[str], float],
        unknown: float,
    ) -> None:
        super().__init__(name, meaning, example)
        self._column = column
        self._parse = parse
        self._unknown = unknown

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Compared with the one value, or equal to any or none of several."""
        numbers = parsed(self._parse, values)
        return Numbers(self._column, comparison(sign, numbers), self._unknown)


class ChoiceField(NumberField):
    """A number that people know by a name, and that has no order."""

    ordered = False


class RowNumberField(Field):
    """The number of the row."""

    ordered = True

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Compared with the one value, or equal to any or none of several."""
        return RowNumber(comparison(sign, parsed(units.count, values)))


class MomentField(Field):
    """A bound on when the event happened."""

    only_equal = True

    def __init__(self, name: str, meaning: str, example: str, *, sign: str) -> None:
        super().__init__(name, meaning, example)
        self._sign = sign

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Later or earlier than the value."""
        if len(values) > 1:
            raise FilterError(f"“{self.name}” takes one value.", values[1].position)
        return Moment(comparison(self._sign, parsed(units.moment, values)))


class MarkField(Field):
    """What the developer noted about the row."""

    only_equal = True

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Any of the notes."""
        return Marked(parsed(mark, values))


class OpenField(Field):
    """Fields whose names begin alike and go on as the events do: `header.trace`, `payload.items[0].sku`."""

    ordered = True
    prefix: str
    """How all their names begin."""

    def named(self, name: Word) -> Field:
        """The field of that full name; raises FilterError."""
        rest = name.text.removeprefix(self.prefix)
        try:
            return self._named(name.text, rest)
        except ValueError as error:
            raise FilterError(str(error), name.position) from error

    @abstractmethod
    def _named(self, name: str, rest: str) -> Field: ...

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """There is none without the rest of the name."""
        raise NotImplementedError(self.name)


class HeaderField(OpenField):
    """A header by its name."""

    prefix = "header."

    def _named(self, name: str, rest: str) -> Field:
        header = re.sub(r'"((?:\\.|[^"\\])*)"', lambda found: re.sub(r"\\(.)", r"\1", found[1]), rest)
        if not header:
            raise ValueError("The name of the header is missing; write header.NAME:VALUE.")
        return PlaceField(name, self, lambda wanted: HeaderValue(header, wanted))


class PayloadField(OpenField):
    """A place in the payload by its path."""

    prefix = "payload."

    def _named(self, name: str, rest: str) -> Field:
        path = JsonPath(rest)
        return PlaceField(name, self, lambda wanted: PayloadPlace(path, wanted))


class PlaceField(Field):
    """One header or one place in the payload."""

    ordered = True

    def __init__(self, name: str, kind: OpenField, make: Callable[[Wanted], Node]) -> None:
        super().__init__(name, kind.meaning, kind.example)
        self._make = make

    def test(self, sign: str, values: tuple[Word, ...]) -> Node:
        """Any of the values, none of them, or compared with the one."""
        return self._make(Wanted(sign, values))


def parsed(parse: Callable[[str], T], words: Iterable[Word]) -> list[T]:
    """The words parsed; raises FilterError at the one that is wrong."""
    values = []
    for word in words:
        try:
            values.append(parse(word.text))
        except ValueError as error:
            raise FilterError(str(error), word.position) from error
    return values


def comparison(sign: str, numbers: list[Any]) -> Callable[[Any], Any]:
    """A function that compares an array with the numbers."""
    if sign in ORDER:
        return lambda values: ORDER[sign](values, numbers[0])
    if len(numbers) == 1:
        return lambda values: values == numbers[0] if sign == ":" else values != numbers[0]
    return lambda values: np.isin(values, numbers, invert=sign == "!=")


def duration(name: str, meaning: str, example: str, column: str) -> NumberField:
    """A field of a column of durations."""
    return NumberField(name, meaning, example, column=column, parse=units.nanoseconds, unknown=math.nan)


FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        TextField("type", "the event's type", "type:order.*", coded="type"),
        TextField("category", "its category", "category:order,payment", coded="category"),
        NumberField(
            "priority",
            "LOW, NORMAL, HIGH or CRITICAL, in this order",
            "priority>=high",
            column="priority",
            parse=priority,
            unknown=UNKNOWN_PRIORITY,
        ),
        TextField("source", "which source of Eventscope saw it", "source:demo", coded="source"),
        TextField("producer", "who emitted it", "producer:checkout*", coded="producer"),
        TextField("channel", "where it was seen: a topic, an exchange, a bus", "channel:orders[3]*", coded="channel"),
        TextField("key", "its key", "key:customer-7", text="key"),
        TextField("id", "its id", "id:5f0c-1a", text="id"),
        TextField("correlation", "the correlation that it belongs to", "correlation:5f0c-1a", coded="correlation"),
        TextField("causation", "the id of the event that caused it", "causation:5f0c-1a", text="causation"),
        ChoiceField(
            "phase",
            ", ".join(member.label for member in Phase),
            "phase:failed,dead-lettered",
            column="phase",
            parse=phase,
            unknown=-1,
        ),
        TextField("subscription", "the subscription that it went to", "subscription:billing", coded="subscription"),
        NumberField(
            "attempt", "which attempt to deliver it", "attempt>1", column="attempt", parse=units.count, unknown=0
        ),
        duration("latency", "from publishing to the end of this step", "latency>50ms", "total"),
        duration("queue", "how long it waited for its handler", "queue>=2s", "queue"),
        duration("handle", "how long its handler took", "handle>100us", "handle"),
        NumberField(
            "fanout", "how many subscriptions it went to", "fanout:0", column="fanout", parse=units.count, unknown=-1
        ),
        NumberField(
            "size", "the size of its payload", "size>64KB", column="size", parse=units.size, unknown=NO_PAYLOAD
        ),
        TextField("error", "the error that it ended with", "error:*Timeout*", text="error"),
        MomentField("since", "happened then or later", "since:5m", sign=">="),
        MomentField("until", "happened then or earlier", "until:14:02", sign="<="),
        MomentField("before", "happened earlier", "before:2026-01-31T14:02:07Z", sign="<"),
        TextField("envelope", "the envelope that was recognised", "envelope:cloudevents", coded="envelope"),
        RowNumberField("number", "the number that stands before the row in the window", "number>=4711"),
        MarkField(MARKED, "what is noted about the row in the window: " + ", ".join(Mark), "is:marked,commented"),
    )
}
"""All fields with a name of their own."""

OPEN_FIELDS: Final[tuple[OpenField, ...]] = (
    HeaderField("header.NAME", "a header, by its name in any case", "header.x-tenant:acme"),
    PayloadField(
        "payload.PATH",
        "a place in a JSON payload; `[0]` is one element of an array, `[*]` any of them",
        "payload.items[*].sku:A7",
    ),
)
"""Fields whose names go on as the events do."""
