"""Lines: a payload laid out for reading, line by line, each made when it is looked at.

JSON is indented: a line begins after each opening bracket and comma, and before each closing bracket. Nothing of it is
written anew, so every character of a line knows the byte that it stands for. Long lines go on in further rows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.detail.json_text import BLANK, BLANKS, NAME, JsonText
from app.detail.tape import CLOSE, OPEN
from app.display import MARKS, MOST_MARKS, PILE

__all__ = ["Line", "Lines", "json_lines", "text_lines"]

LONGEST: Final = 200
"""Bytes of one row; what is longer goes on in the next."""

INDENT: Final = 2
TAB: Final = "    "

ESCAPE: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
TOKEN: Final = re.compile(rf"{ESCAPE}|{PILE.pattern}|.", re.DOTALL)
PLAIN: Final = re.compile(rb"(?:[ !#-\[\]-~\"]|\\[^u])*+")

Places = NDArray[np.int64]


class Line(NamedTuple):
    """A row as it is shown: its text, the byte at which each character begins, and the one after the last.

    The first `indent` characters stand for nothing, those up to `name` for the name of a member. `continued` says that
    it began in a row above.
    """

    text: str
    bytes: Sequence[int]
    indent: int = 0
    name: int = 0
    continued: bool = False

    def columns(self, start: int, end: int) -> tuple[int, int]:
        """The characters that show bytes `start` to `end`: the first, and the one after the last."""
        return max(self._column(start), self.indent), max(self._column(end), self.indent)

    def _column(self, byte: int) -> int:
        """The first character of a byte, or of the one that it is a part of."""
        after = bisect_left(self.bytes, byte + 1)
        return bisect_left(self.bytes, self.bytes[after - 1]) if after else 0


class Lines:
    """All rows of a payload; `starts` is where each begins, `indents` its level."""

    def __init__(self, data: bytes, starts: Places, indents: NDArray[np.uint8], *, is_json: bool) -> None:
        self.data = data
        self.is_json = is_json
        self._starts, self._indents, self._continued = broken(data, starts, indents)
        lengths = np.diff(np.append(self._starts, len(data)))
        self.longest = int((lengths + self._indents.astype(np.int64) * INDENT).max(initial=0)) + 2 * INDENT + 2
        """Characters that hardly any row is longer than."""

    def __len__(self) -> int:
        return len(self._starts)

    def range(self, row: int) -> tuple[int, int]:
        """The bytes that a row is made of."""
        end = int(self._starts[row + 1]) if row + 1 < len(self._starts) else len(self.data)
        return int(self._starts[row]), end

    def row_of(self, byte: int) -> int:
        """The row that shows a byte."""
        return max(int(np.searchsorted(self._starts, byte, side="right")) - 1, 0)

    def line(self, row: int) -> Line:
        """A row as it is shown."""
        start, end = self.range(row)
        if not self.is_json:
            text, places = shown(self.data[start:end].rstrip(b"\r\n"), start, escapes=False)
            return Line(text, [*places, end], continued=bool(self._continued[row]))
        return self._json_line(row, start, end)

    def text(self, start: int, end: int) -> str:
        """The rows from byte `start` to `end` as text for the clipboard."""
        rows = range(self.row_of(start), self.row_of(max(end - 1, start)) + 1)
        cut = [self._cut(self.line(row), start, end) for row in rows]
        glued = (
            ("" if self._continued[row] or row == rows[0] else "\n") + text for row, text in zip(rows, cut, strict=True)
        )
        return "".join(glued)

    @staticmethod
    def _cut(line: Line, start: int, end: int) -> str:
        first, last = line.columns(start, end)
        return line.text[first if line.bytes[0] < start else 0 : last if end < line.bytes[-1] else None]

    def _json_line(self, row: int, start: int, end: int) -> Line:
        continued = bool(self._continued[row])
        indent = INDENT * (int(self._indents[row]) + 2 * continued)
        if not continued:
            start += BLANK.match(self.data[start:end]).end()  # type: ignore[union-attr]
        name, places, begin = ("", [], start) if continued else member_name(self.data[start:end], start)
        raw = self.data[begin:end]
        text, more = shown(raw if self._goes_on(row) else raw.rstrip(BLANKS), begin)
        bytes_ = [*[start] * indent, *places, *more, end]
        return Line(" " * indent + name + text, bytes_, indent, indent + len(name) - 2 if name else 0, continued)

    def _goes_on(self, row: int) -> bool:
        return row + 1 < len(self._starts) and bool(self._continued[row + 1])


def member_name(raw: bytes, start: int) -> tuple[str, Sequence[int], int]:
    """The name of a member with its colon, the byte of each of its characters, and where the value begins."""
    found = NAME.match(raw)
    if found is None:
        return "", [], start
    name, places = shown(found[1], start)
    return f"{name}: ", [*places, *[start + found.end(1)] * 2], start + found.end()


def json_lines(text: JsonText) -> Lines:
    """A JSON text, indented."""
    tape = text.tape
    at, kind, level = tape.at, tape.kind, tape.level
    empty = empty_pairs(text)
    if len(empty):
        kept = np.ones(len(at), np.bool_)
        kept[empty] = kept[empty + 1] = False
        at, kind, level = at[kept], kind[kept], level[kept]
    closing = kind == CLOSE
    starts = np.concatenate(([0], at.astype(np.int64) + ~closing))
    indents = np.concatenate((np.zeros(1, np.uint8), level - closing))
    if len(starts) > 1 and starts[1] == 0:
        starts, indents = starts[1:], indents[1:]
    return Lines(text.data, starts, indents, is_json=True)


def empty_pairs(text: JsonText) -> NDArray[np.intp]:
    """Which opening brackets of the tape are closed at once."""
    at, kind = text.tape.at, text.tape.kind
    pairs = np.flatnonzero((kind[:-1] == OPEN) & (kind[1:] == CLOSE))
    starts, ends = at[pairs] + 1, at[pairs + 1]
    empty = starts == ends
    follows = np.frombuffer(text.data, np.uint8)[starts]
    for place in np.flatnonzero(~empty & np.isin(follows, np.frombuffer(BLANKS, np.uint8))).tolist():
        empty[place] = BLANK.match(text.data, starts[place]).end() == ends[place]  # type: ignore[union-attr]
    found: NDArray[np.intp] = pairs[empty]
    return found


def text_lines(data: bytes) -> Lines:
    """A text as it came, by its own lines."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    starts = np.concatenate(([0], ends[ends < len(data)])).astype(np.int64)
    return Lines(data, starts, np.zeros(len(starts), np.uint8), is_json=False)


def broken(
    data: bytes, starts: Places, indents: NDArray[np.uint8]
) -> tuple[Places, NDArray[np.uint8], NDArray[np.bool_]]:
    """Rows of at most about LONGEST bytes: starts, indents, and which of them go on from the row above."""
    lengths = np.diff(np.append(starts, len(data)))
    long = np.flatnonzero(lengths > LONGEST)
    if not len(long):
        return starts, indents, np.zeros(len(starts), np.bool_)
    more = (lengths[long] - 1) // LONGEST
    owner = np.repeat(long, more)
    number = np.arange(1, len(owner) + 1) - np.repeat(np.cumsum(more) - more, more)
    further = starts[owner] + number * LONGEST
    values = np.frombuffer(data, np.uint8)
    for _ in range(3):  # not within a character of UTF-8
        further -= (values[further] & 0xC0) == 0x80
    places = owner + 1
    continued = np.insert(np.zeros(len(starts), np.bool_), places, True)
    return np.insert(starts, places, further), np.insert(indents, places, indents[owner]), continued


def shown(raw: bytes, start: int, *, escapes: bool = True) -> tuple[str, Sequence[int]]:
    """Bytes as harmless text, and the byte at which each character begins. Of `escapes`, letters are shown as such."""
    found = PLAIN.fullmatch(raw)
    if found:
        return raw.decode("ascii"), range(start, start + len(raw))
    text, places = [], []
    for token in TOKEN.finditer(raw.decode("utf-8", "surrogateescape")):
        piece = readable(token[0]) if escapes or token[0][0] != "\\" else token[0]
        text.append(piece)
        places += [start] * len(piece)
        start += len(token[0].encode("utf-8", "surrogateescape"))
    return "".join(text), places


def readable(sign: str) -> str:
    """A character, an escape, or a pile of marks, as it is shown."""
    if sign.startswith("\\u") and len(sign) > 2:
        character = bytes(sign, "ascii").decode("unicode-escape").encode("utf-16", "surrogatepass")
        letter = character.decode("utf-16", "replace")
        return letter if letter.isprintable() and letter != "\ufffd" and not PILE.match(letter * 9) else sign
    if sign == "\t":
        return TAB
    if len(sign) == 1 and "\udc80" <= sign <= "\udcff":
        return f"\\x{ord(sign) - 0xDC00:02x}"
    return sign[:MOST_MARKS].translate(MARKS) if len(sign) > 2 else sign.translate(MARKS)
