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
import numpy as np
from numpy.typing import NDArray

from app.store.arena import END, Run

Step = str | int | Literal[True]
"""A member's name, an element's number, or True for every element."""

STEP: Final = re.compile(r'\.?(?:([^.\[\]"]+)|"((?:\\.|[^"\\])*)")|\[(\d{1,9}|\*)\]', re.DOTALL)
PLAIN: Final = re.compile(r"[\w*-]+")
"""A member's name that needs no quotes."""
MOST_STEPS: Final = 32

MOST_BYTES: Final = 256 * 1024
"""What is decoded in one call, which holds the interpreter: well under a millisecond."""

ABSENT: Final = msgspec.UNSET
"""In place of a value that is not there."""

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises, whatever the bytes."""


class JsonPath:
    """The places that a text such as `total` or `items[0].sku` names; raises ValueError with a sentence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = tuple(parsed(text))
        self._decoder, self._walk = reader(self.steps)

    def values(self, run: Run) -> list[Any]:
        """The value of each payload of a run, ABSENT where there is none; `Several` where the path leads to many."""
        return [value for _, part in run.parts(MOST_BYTES) for value in self._part(part)]

    def _part(self, run: Run) -> list[Any]:
        return self._of_lines(run) or self.column(run.strings())

    def _of_lines(self, run: Run) -> list[Any] | None:
        """The values, with all payloads decoded in one call; None if they are not fit for that."""
        filled = objects(run)
        try:
            places = [] if filled is None else self._decoder.decode_lines(run.data)
        except UNREADABLE:
            return None
        if filled is None or len(places) != len(filled):
            return None
        found = list(map(self._walk, places))
        return found if len(found) == len(run.bounds) - 1 else spread(found, filled, len(run.bounds) - 1)

    def column(self, payloads: Sequence[bytes]) -> list[Any]:
        """The value of each payload, ABSENT where there is none; `Several` where the path leads to many."""
        try:
            return list(map(self._walk, map(self._decoder.decode, payloads)))
        except UNREADABLE:
            return [self._one(payload) for payload in payloads]

    def _one(self, payload: bytes) -> Any:
        try:
            return self._walk(self._decoder.decode(payload)) if payload else ABSENT
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
        yield step_of(*found.groups())
        at = found.end()


def step_of(name: str | None, quoted: str | None, number: str | None) -> Step:
    """The step that a part of a path writes in one of three ways."""
    if number is not None:
        return True if number == "*" else int(number)
    return name if name is not None else re.sub(r"\\(.)", r"\1", quoted or "", flags=re.DOTALL)


def path_text(steps: Sequence[Step]) -> str:
    """A path of steps, as it is written; names with dots or spaces stand in quotes."""
    return "".join(map(step_text, steps)).removeprefix(".")


def step_text(step: Step) -> str:
    """A step as it stands in a path behind others."""
    return f".{name_text(step)}" if isinstance(step, str) else "[*]" if step is True else f"[{step}]"


def name_text(name: str) -> str:
    """A member's name as it stands in a path."""
    if PLAIN.fullmatch(name):
        return name
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{escaped}"'


def stepped(value: Any, step: Step) -> Sequence[Any]:
    """Where a step leads from a value: nowhere, to one place, or to each element."""
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return value if step is True else value[step : step + 1]


@lru_cache(64)
def reader(steps: tuple[Step, ...]) -> tuple[msgspec.json.Decoder[Any], Callable[[Any], Any]]:
    """What decodes the members up to the first array, and how to walk on from there to the value.

    The decoder raises UNREADABLE for what is no JSON or has another shape.
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
    return msgspec.json.Decoder(kind), (lambda value: several(walked([get(value)], rest))) if rest else get


def spread(values: list[Any], rows: NDArray[np.intp], total: int) -> list[Any]:
    """A value for each of `total` rows: those at `rows`, and ABSENT elsewhere."""
    column = [ABSENT] * total
    for row, value in zip(rows.tolist(), values, strict=True):
        column[row] = value
    return column


def objects(run: Run) -> NDArray[np.intp] | None:
    """The rows that are not empty, if each begins and ends like a JSON object or array; else None.

    Then they can be decoded as lines: no text of JSON goes on over END, so one that were incomplete would go on before
    another's bracket, which is wrong. So there are at least as many values as rows, and just as many only if each row
    is one.
    """
    starts, stops = run.bounds[:-1], run.bounds[1:]
    filled = np.flatnonzero(stops - starts > len(END))
    data = np.frombuffer(run.data, np.uint8)
    edges = OPENING[data[starts[filled]]] & CLOSING[data[stops[filled] - len(END) - 1]]
    return filled if edges.all() else None


def among(characters: bytes) -> NDArray[np.bool_]:
    """For each byte whether it is one of these."""
    return np.isin(np.arange(256), list(characters))


OPENING: Final = among(b"{[")
CLOSING: Final = among(b"}]")


def itself(value: Any) -> Any:
    """The value of an empty path."""
    return value


def walked(values: list[Any], steps: Sequence[Step]) -> list[Any]:
    """Where steps lead from each of the values."""
    for step in steps:
        values = [inner for value in values for inner in stepped(value, step)]
    return values
