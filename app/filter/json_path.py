"""JSON paths: `items[*].sku` names places in a payload.

Reading one place does not decode the rest: the path becomes a msgspec type that has only the fields on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec

Step = str | int | Literal[True]
"""A member's name, an element's number, or True for every element."""

STEP: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,9}|\*)\]")
MOST_STEPS: Final = 32

ABSENT: Final = msgspec.UNSET
"""In place of a value that is not there."""

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises, whatever the bytes."""


class JsonPath:
    """The places that a text such as `total` or `items[0].sku` names; raises ValueError with a sentence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = tuple(parsed(text))
        self._decode, self._walk = reader(self.steps)

    def column(self, payloads: Sequence[bytes]) -> list[Any]:
        """The value of each payload, ABSENT where there is none; `Several` where the path leads to many."""
        try:
            return list(map(self._walk, map(self._decode, payloads)))
        except UNREADABLE:
            return [self._one(payload) for payload in payloads]

    def _one(self, payload: bytes) -> Any:
        try:
            return self._walk(self._decode(payload)) if payload else ABSENT
        except UNREADABLE:
            return several(self.found(payload))

    def found(self, payload: bytes) -> list[Any]:
        """All values in one payload, read the long way; none if it is not JSON."""
        try:
            values = [msgspec.json.decode(payload)]
        except UNREADABLE:
            return []
        return walked(values, self.steps)


class Several(tuple[Any, ...]):
    """Many values of one row."""

    __slots__ = ()


def several(values: list[Any]) -> Any:
    """No value, the one, or all of them."""
    return Several(values) if len(values) > 1 else values[0] if values else ABSENT


def parsed(text: str) -> Iterator[Step]:
    """The steps of a path."""
    at = 0
    for number in range(MOST_STEPS + 1):
        if at == len(text) and number:
            return
        found = STEP.match(text, at)
        if found is None or number == MOST_STEPS:
            raise ValueError(f"“{text}” is no path into a payload; write names and numbers, such as items[0].sku.")
        yield found[1] if found[1] is not None else True if found[2] == "*" else int(found[2])
        at = found.end()


def stepped(value: Any, step: Step) -> Sequence[Any]:
    """Where a step leads from a value: nowhere, to one place, or to each element."""
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return value if step is True else value[step : step + 1]


@lru_cache(64)
def reader(steps: tuple[Step, ...]) -> tuple[Callable[[bytes], Any], Callable[[Any], Any]]:
    """How to decode the members up to the first array, and how to walk on from there to the value.

    The first raises UNREADABLE for what is no JSON or has another shape.
    """
    names = [str(step) for step in takewhile(lambda step: isinstance(step, str), steps)]
    rest = steps[len(names) :]
    kind: Any = Any
    default: Any = ABSENT
    for name in reversed(names):
        field = ("value", kind, msgspec.field(name=name, default=default))
        kind = msgspec.defstruct("Place", [field], frozen=True, gc=False)
        default = kind()
    get = attrgetter(".".join(["value"] * len(names))) if names else itself
    decode = msgspec.json.Decoder(kind).decode
    return decode, (lambda value: several(walked([get(value)], rest))) if rest else get


def itself(value: Any) -> Any:
    """The value of an empty path."""
    return value


def walked(values: list[Any], steps: Sequence[Step]) -> list[Any]:
    """Where steps lead from each of the values."""
    for step in steps:
        values = [inner for value in values for inner in stepped(value, step)]
    return values
