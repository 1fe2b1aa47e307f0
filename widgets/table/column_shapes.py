"""Column shapes: whether numbers are seen in a column, so that it stands to the right and is aligned on the point.

Only columns of headers and of places in payloads have no shape of their own: programs may put anything there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.columns.fields import HEADER, PAYLOAD
from widgets.table.columns import Column

__all__ = ["ColumnShapes"]

NUMBER: Final = re.compile(r"-?\d+(?:\.(\d+))?")
"""A number that can be aligned on its point."""
OTHER_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d+")
MOST_DECIMALS: Final = 6
"""Numbers with more are aligned on as many: the odd one that was made of a sum in binary must not push all others."""


class Shape:
    """What was seen in a column so far."""

    def __init__(self) -> None:
        self.numbers = self.texts = False
        self.decimals = 0

    def see(self, text: str) -> None:
        """Take another value into account; no value says nothing."""
        if not text:
            return
        number = NUMBER.fullmatch(text)
        if number is None and not OTHER_NUMBER.fullmatch(text):
            self.texts = True
        else:
            self.numbers = True
            self.decimals = max(self.decimals, min(len((number and number[1]) or ""), MOST_DECIMALS))

    def of(self, column: Column) -> Column:
        """A column in the shape of what was seen, on the side that the reader has chosen if any."""
        numeric = self.numbers and not self.texts
        align = column.choice.align or ("right" if numeric else "left")
        decimals = self.decimals if numeric and align == "right" else 0
        return replace(column, align=align, mono=numeric or align == "right", decimals=decimals)


class ColumnShapes:
    """The shapes of the columns of one table."""

    def __init__(self) -> None:
        self._shapes: dict[str, Shape] = {}

    def see(self, key: str, texts: Iterable[str]) -> None:
        """Values of a column."""
        shape = self._shapes.setdefault(key, Shape())
        for text in texts:
            shape.see(text)

    def shaped(self, column: Column) -> Column:
        """A column in the shape of what was seen in it."""
        return self._shapes[column.key].of(column) if column.key in self._shapes else column

    @staticmethod
    def is_open(column: Column) -> bool:
        """Whether a column has the shape of what is seen in it."""
        return column.key.startswith((HEADER, PAYLOAD))
