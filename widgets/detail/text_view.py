"""The text view: a payload for reading, JSON indented and quietly coloured, however long it is."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from app.detail.find import Hit
from app.detail.lines import Line, Lines
from widgets.detail.pointed_rows import PointedRows
from widgets.look.palette import Palette

__all__ = ["TextView", "tones"]

MOST_LINES: Final = 2_000
"""Rows kept as they were made."""

MOST_COPIED: Final = 256 * 1024
"""Bytes that are copied as they are shown."""

LITERALS: Final = frozenset("-0123456789tfn")


class TextView(PointedRows):
    """The rows of a document."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._lines: Lines | None = None
        self._made: dict[int, Line] = {}
        self._width = 0.0
        super().__init__("payload as text", parent)

    def show_lines(self, lines: Lines | None) -> None:
        """Show other rows."""
        self._lines = lines
        self._made = {}
        self._width = 0.0 if lines is None else lines.longest * self.letter
        self.renew()

    @property
    def size_in_bytes(self) -> int:
        return 0 if self._lines is None else len(self._lines.data)

    @property
    def rows(self) -> int:
        return 0 if self._lines is None else len(self._lines)

    @property
    def row_width(self) -> float:
        return self._width

    def line(self, row: int) -> Line:
        """A row as it is shown."""
        assert self._lines is not None
        if row not in self._made:
            if len(self._made) >= MOST_LINES:
                self._made.clear()
            self._made[row] = self._lines.line(row)
        return self._made[row]

    def row_of(self, byte: int) -> int:
        return 0 if self._lines is None else self._lines.row_of(byte)

    def row_range(self, row: int) -> Hit:
        return (0, 0) if self._lines is None else self._lines.range(row)

    def byte_at(self, row: int, x: float) -> int:
        line = self.line(row)
        column = bisect_right(np.arange(len(line.text)), x, key=lambda n: self._x(line, int(n)))
        return int(line.bytes[max(column - 1, 0)])

    def spans(self, row: int, start: int, end: int) -> list[tuple[float, float]]:
        line = self.line(row)
        left, right = (self._x(line, column) for column in line.columns(start, end))
        return [(left, max(right - left, 1.0))]

    def paint_row(self, painter: QPainter, row: int, x: float, base: float, colours: Palette) -> None:
        line = self.line(row)
        for start, stop, tone in (
            tones(line) if self._lines is not None and self._lines.is_json else [(0, None, "text")]
        ):
            painter.setPen(QColor(getattr(colours, tone)))
            painter.drawText(round(x + self._x(line, start)), round(base), line.text[start:stop])

    def text_of(self, start: int, end: int) -> str:
        """The rows as they are shown; of very many, the bytes as they came."""
        if self._lines is None:
            return ""
        if end - start > MOST_COPIED:
            return self._lines.data[start:end].decode("utf-8", "replace")
        return self._lines.text(start, end)

    def _x(self, line: Line, column: int) -> float:
        """Where a character begins, in pixels."""
        if line.text.isascii():
            return column * self.letter
        return self._metrics.horizontalAdvance(line.text[:column])


def tones(line: Line) -> list[tuple[int, int | None, str]]:
    """The parts of a row of JSON, each from a character to another, and the palette's colour for it."""
    text, name = line.text, line.name
    begin = name + 2 if name else len(text) - len(text.lstrip())
    comma = len(text) - 1 if text.endswith(",") else len(text)
    first = text[begin : begin + 1]
    tone = "ok" if first == '"' or line.continued else "high" if first in LITERALS else "muted"
    parts = [(0, name, "normal"), (name, begin, "muted")] if name else []
    return [*parts, (begin, comma, tone), (comma, None, "muted")]
