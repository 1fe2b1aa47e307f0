"""The hex view: bytes by their digits, with the characters that they are, as many in a row as there is room for."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.detail.find import Hit
from widgets.detail.pointed_rows import PointedRows
from widgets.detail.rows_area import MARGIN
from widgets.look.palette import Palette

__all__ = ["HexView", "hex_row"]

WIDTHS: Final = (32, 16, 8, 4)
"""Bytes in a row."""


class HexView(PointedRows):
    """The payload as it came."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._data = b""
        self._digits = 4
        self.per_row = 16
        super().__init__("payload as bytes", parent)

    def show_bytes(self, data: bytes) -> None:
        """Show other bytes."""
        self._data = data
        self._digits = max(4, len(f"{max(len(data) - 1, 0):x}"))
        self.per_row = self._fitting()
        self.renew()

    @property
    def size_in_bytes(self) -> int:
        return len(self._data)

    @property
    def rows(self) -> int:
        return -(-len(self._data) // self.per_row)

    @property
    def row_width(self) -> float:
        return self._width(self.per_row)

    def row_of(self, byte: int) -> int:
        return byte // self.per_row

    def row_range(self, row: int) -> Hit:
        return row * self.per_row, min((row + 1) * self.per_row, len(self._data))

    def byte_at(self, row: int, x: float) -> int:
        start, end = self.row_range(row)
        column = x / self.letter
        if column >= self._text_column() - 1:
            place = int(column - self._text_column())
        else:
            place = next((n for n in range(self.per_row) if column < self._column(n) + 2.5), self.per_row - 1)
        return start + min(max(place, 0), end - start - 1)

    def spans(self, row: int, start: int, end: int) -> list[tuple[float, float]]:
        first, last = start - row * self.per_row, end - 1 - row * self.per_row
        left, right = self._column(first) - 0.5, self._column(last) + 2.5
        text = self._text_column()
        return [
            (left * self.letter, (right - left) * self.letter),
            ((text + first) * self.letter, (last + 1 - first) * self.letter),
        ]

    def paint_row(self, painter: QPainter, row: int, x: float, base: float, colours: Palette) -> None:
        start, end = self.row_range(row)
        part = self._data[start:end]
        painter.setPen(QColor(colours.muted))
        painter.drawText(round(x), round(base), f"{start:0{self._digits}x}")
        painter.setPen(QColor(colours.text))
        digits, text = hex_row(part)
        painter.drawText(round(x + self._column(0) * self.letter), round(base), digits)
        painter.setPen(QColor(colours.muted))
        painter.drawText(round(x + self._text_column() * self.letter), round(base), text)

    def text_of(self, start: int, end: int) -> str:
        """The digits."""
        return self._data[start:end].hex(" ")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many bytes in a row as fit; what was at the top stays there."""
        top = self.verticalScrollBar().value() * self.per_row
        self.per_row = self._fitting()
        super().resizeEvent(event)
        self.verticalScrollBar().setValue(top // self.per_row)

    def _fitting(self) -> int:
        room = self.viewport().width() - 2 * MARGIN
        return next((count for count in WIDTHS if self._width(count) <= room), WIDTHS[-1])

    def _width(self, count: int) -> float:
        return (self._text_column(count) + count) * self.letter

    def _column(self, place: int) -> int:
        """Where the digits of a byte begin, in letters; a wider gap after each eight."""
        return self._digits + 2 + place * 3 + place // 8

    def _text_column(self, count: int = 0) -> int:
        return self._column((count or self.per_row) - 1) + 4


def hex_row(part: bytes) -> tuple[str, str]:
    """The digits of some bytes, in groups of eight, and the printable characters."""
    digits = "  ".join(part[at : at + 8].hex(" ") for at in range(0, len(part), 8))
    return digits, "".join(chr(b) if 32 <= b < 127 else "·" for b in part)
