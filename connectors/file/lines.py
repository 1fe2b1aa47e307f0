"""Bytes cut into numbered lines."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["BYTE_ORDER_MARK", "LONGEST_LINE", "Line", "LineCutter"]

LONGEST_LINE: Final = 16 * 2**20
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """A line without its end. `cut` says that it was longer than LONGEST_LINE and this is its beginning."""

    number: int
    text: bytes
    cut: bool = False


class LineCutter:
    """Collects bytes and gives the lines that are complete. Holds at most one line.

    It begins behind line `number`, or inside of it when `skipping` the rest of one that was cut.
    """

    def __init__(self, number: int = 0, *, skipping: bool = False) -> None:
        self._number = number
        self._partial = b""
        self._skipping = skipping

    @property
    def held(self) -> int:
        """How many bytes it has of a line whose end has not come."""
        return len(self._partial)

    @property
    def place(self) -> tuple[int, bool]:
        """The number of the last line, and whether its rest is being skipped."""
        return self._number, self._skipping

    def feed(self, data: bytes) -> list[Line]:
        """The lines that `data` completes."""
        *complete, self._partial = (self._partial + data).split(b"\n")
        lines = [line for text in complete if (line := self._line(text))]
        if len(self._partial) > LONGEST_LINE:
            lines += [line] if (line := self._line(self._partial)) else []
            self._partial = b""
            self._skipping = True
        return lines

    def rest(self) -> list[Line]:
        """The last line, if it has no end."""
        text, self._partial = self._partial, b""
        line = self._line(text) if text else None
        return [line] if line else []

    def _line(self, text: bytes) -> Line | None:
        if self._skipping:
            self._skipping = False
            return None
        self._number += 1
        if self._number == 1:
            text = text.removeprefix(BYTE_ORDER_MARK)
        return Line(self._number, text[:LONGEST_LINE], len(text) > LONGEST_LINE)
