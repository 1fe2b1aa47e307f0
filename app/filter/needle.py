"""Needle: a text to be found in the bytes of many rows, whatever its case. A match lies within one row."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Arena, Run
from app.store.courtesy import WINDOW

Found = tuple[int, int]
Finder = Callable[[int], Found | None]
"""From a position to the first match that begins there or later, as its start and end."""

Data = bytes | memoryview

FEW: Final = 16
"""When fewer than one in so many rows are asked for, each of them is searched by itself."""

CASE_BIT: Final = 0x20
"""The bit in which the two cases of an ASCII letter differ."""


class Needle(ABC):
    """What to find. `slice` bytes are searched at a time, since finding holds the interpreter meanwhile."""

    slice: int

    def __init__(self, text: str) -> None:
        self.lower = text.lower()
        self.longest = len(self.lower.encode("utf-8", "surrogatepass"))
        """The most bytes that a match can have."""

    @abstractmethod
    def search(self) -> Callable[[Data], Finder]:
        """Begin to look into one slice after another: how to find it in the latest of them."""

    def in_text(self, text: str | None) -> bool:
        """Whether a text holds it."""
        return text is not None and self.lower in text.lower()

    def in_any(self, texts: Iterable[str | None]) -> bool:
        """Whether one of many texts may hold it; if not, this is far quicker than to ask each."""
        return self.lower in "\n".join(filter(None, texts)).lower()

    def in_bytes(self, data: bytes) -> bool:
        """Whether these bytes hold it."""
        return self.search()(data)(0) is not None

    def rows(self, arena: Arena, start: int, stop: int, among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Which of the rows `start` to `stop` hold it. For rows that are not `among` the answer may be wrong."""
        hits = np.zeros(stop - start, np.bool_)
        if among is None or np.count_nonzero(among) * FEW > len(hits):
            look = self.search()
            for first, run in arena.runs(start, stop):
                hits[[first - start + row for row in self._in_run(run, look)]] = True
        else:
            chosen = np.flatnonzero(among)
            hits[chosen] = [self.in_bytes(arena[start + row]) for row in chosen.tolist()]
        return hits

    def _in_run(self, run: Run, look: Callable[[Data], Finder]) -> list[int]:
        """The strings of a run that hold it. After a hit the rest of its string is left out."""
        hits: list[int] = []
        ends: list[int] = []
        end = len(run.data)
        at = 0
        for low in range(0, end, self.slice):
            high = min(low + self.slice + self.longest - 1, end)
            if (at := max(at, low)) >= high:
                continue
            WINDOW.give_way()
            find = look(run.data[low:high])
            while found := find(at - low):
                ends = ends or run.bounds[1:].tolist()
                row = bisect_right(ends, low + found[0])
                whole = low + found[1] < ends[row]
                if whole:
                    hits.append(row)
                at = ends[row] if whole else low + found[0] + 1
        return hits


class AsciiNeedle(Needle):
    """Found by setting the case bit on both sides, which NumPy does fast, and checking each find."""

    slice = 256 * 1024

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._bytes = self.lower.encode()
        self._folded = bytes(byte | CASE_BIT for byte in self._bytes)

    def in_bytes(self, data: bytes) -> bool:
        """Whether these bytes hold it."""
        return self._bytes in data.lower()

    def search(self) -> Callable[[Data], Finder]:
        """Begin to look, with room for one slice, so that it stays where the processor is quick to read."""
        room = bytearray(self.slice + self.longest)
        folded = np.frombuffer(room, np.uint8)

        def look(data: Data) -> Finder:
            size = len(data)
            np.bitwise_or(np.frombuffer(data, np.uint8), CASE_BIT, out=folded[:size])
            return lambda at: self._next(data, room, at, size)

        return look

    def _next(self, data: Data, folded: bytearray, at: int, end: int) -> Found | None:
        length = len(self._bytes)
        while (at := folded.find(self._folded, at, end)) >= 0:
            if bytes(data[at : at + length]).lower() == self._bytes:
                return at, at + length
            at += 1
        return None


class AnyNeedle(Needle):
    """Found by a pattern of all spellings of each character: both cases, in UTF-8 and as JSON escapes."""

    slice = 64 * 1024

    def __init__(self, text: str) -> None:
        super().__init__(text)
        spelt = [spellings(char) for char in text]
        self._pattern = re.compile(b"".join(b"(?:%b)" % b"|".join(ways) for ways in spelt))
        rarest = next(char for char in text if not char.isascii())
        self._signs = [b"\\u", *(form.encode("utf-8", "surrogatepass") for form in cases(rarest))]
        self.longest = sum(max(len(way) for way in ways) for ways in spelt)

    def search(self) -> Callable[[Data], Finder]:
        """Begin to look."""
        return self._look

    def _look(self, data: Data) -> Finder:
        data = bytes(data)
        if not any(sign[:1] in data and sign in data for sign in self._signs):
            return lambda at: None

        def find(at: int) -> Found | None:
            match = self._pattern.search(data, at)
            return match.span() if match else None

        return find


def needle(text: str) -> Needle:
    """The right kind of needle for a text, which must not be empty."""
    return AsciiNeedle(text) if text.isascii() else AnyNeedle(text)


def cases(char: str) -> set[str]:
    """A character in all its cases."""
    return {char, char.lower(), char.upper()}


def spellings(char: str) -> list[bytes]:
    """Patterns for all ways to write a character."""
    plain = [re.escape(form.encode("utf-8", "surrogatepass")) for form in sorted(cases(char))]
    return plain if char.isascii() else plain + [json_escape(form) for form in sorted(cases(char))]


def json_escape(text: str) -> bytes:
    r"""A pattern for a text written as \uXXXX, its hexadecimal digits in either case."""
    units = text.encode("utf-16-be", "surrogatepass")
    return b"".join(rb"\\u(?i:%04x)" % int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
