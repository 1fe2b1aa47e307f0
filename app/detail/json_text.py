"""JSON texts read in place: a value is a range of bytes, and its members are found without decoding anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np

from app.detail.tape import Places, Progress, Tape, no_progress
from app.payload import BYTE_ORDER_MARK, NotJson, without_surrogates

__all__ = ["JsonText", "JsonValue", "decoded_text", "json_text_of"]

NAME: Final = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+', re.DOTALL)
BLANK: Final = re.compile(rb"\s*+")
BLANKS: Final = b" \t\r\n"
BLOCK: Final = 4_096


class JsonText:
    """A text that is JSON, or the beginning of one, and the places of its values. Raises NotJson as `Tape` does."""

    def __init__(self, data: bytes, progress: Progress = no_progress, *, whole: bool = True) -> None:
        self.data = data
        self.tape = Tape(data, progress, whole=whole)
        begin = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
        self._range = stripped(data, begin, len(data))

    @property
    def root(self) -> JsonValue:
        """The whole. It is made anew each time: kept here, it would keep the text until garbage is looked for."""
        return JsonValue(self, *self._range, level=1)

    def way_to(self, offset: int) -> list[int]:
        """Which member to take at each step from the root to reach the innermost value that has this byte."""
        way: list[int] = []
        value = self.root
        while (number := value.member_at(offset)) is not None:
            way.append(number)
            _, value = value.member(number)
        return way


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value from byte `start` to `end` of a text. Its length is the number of its members or elements.

    `level` is that of its brackets, if it has any.
    """

    text: JsonText
    start: int
    end: int
    level: int

    @property
    def raw(self) -> bytes:
        """The value as it is written."""
        return self.text.data[self.start : self.end]

    @property
    def is_object(self) -> bool:
        """Whether it has named members."""
        return self.text.data.startswith(b"{", self.start)

    @property
    def is_container(self) -> bool:
        """Whether it is an object or an array."""
        return self.is_object or self.text.data.startswith(b"[", self.start)

    def __len__(self) -> int:
        if not self.is_container:
            return 0
        borders = self.borders()
        is_empty = len(borders) == 2 and BLANK.match(self.text.data, self.start + 1).end() == self.end - 1  # type: ignore[union-attr]
        return 0 if is_empty else len(borders) - 1

    def __bool__(self) -> bool:
        return True

    def member(self, number: int) -> tuple[str | int, JsonValue]:
        """A member or element: its name or number, and its value."""
        return next(self.members(number, number + 1))

    def members(self, first: int, stop: int) -> Iterator[tuple[str | int, JsonValue]]:
        """Members or elements `first` to `stop`. Names may repeat."""
        data, is_object = self.text.data, self.is_object
        places = self.borders()[first : stop + 1].tolist()
        for number, (before, after) in enumerate(pairwise(places), first):
            name: str | int = number
            begin = before + 1
            if is_object and (found := NAME.match(data, begin)):
                name, begin = decoded_text(found[1]), found.end()
            yield name, JsonValue(self.text, *stripped(data, begin, after), level=self.level + 1)

    def member_at(self, offset: int) -> int | None:
        """Which member or element has this byte in its name or value; None for the brackets and outside of them."""
        if not self.start < offset < self.end - 1 or not len(self):
            return None
        return int(np.searchsorted(self.borders()[1:], np.uint32(offset)))

    def decode(self) -> Any:
        """What it is; raises NotJson for what a strict reader does not take."""
        try:
            return msgspec.json.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NotJson(str(error)) from error

    def borders(self) -> Places:
        """Where its brackets stand, and the commas between its members."""
        places = self.text.tape.of_level(self.level)
        first, last = np.searchsorted(places, np.array((self.start, self.end - 1), np.uint32)).tolist()
        return places[first : last + 1]


def stripped(data: bytes, start: int, end: int) -> tuple[int, int]:
    """A range without the blanks around it."""
    found = BLANK.match(data, start, end)
    start = found.end() if found else start
    while start < end and data[end - 1] in BLANKS:
        block = max(start, end - BLOCK)
        end = block + len(data[block:end].rstrip(BLANKS))
    return start, end


def decoded_text(raw: bytes) -> str:
    """A JSON string without its quotes and escapes; lone surrogates and bytes that are no text stay visible."""
    try:
        text: str = msgspec.json.decode(raw, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return without_escapes(raw[1:-1])
    return text


def without_escapes(raw: bytes) -> str:
    """What only a lenient reader takes for the inside of a string."""
    import json

    text = raw.decode("utf-8", "backslashreplace")
    try:
        read: str = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return str(without_surrogates(read))


def json_text_of(value: Any) -> JsonText:
    """A value of ours as a JSON text."""
    return JsonText(msgspec.json.encode(value))
