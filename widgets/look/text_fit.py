"""Text fit: shortens a cell's text to its width, with as little measuring as possible.

Measuring shapes the text and costs as much as painting it, so equal texts are measured once, and plain ASCII in the
monospaced font never.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from widgets.table.columns import Elide

MOST_REMEMBERED: Final = 20_000
ELLIPSIS: Final = "…"


class TextFit:
    """Fits texts in one font."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetricsF(font)
        self._advance = self.metrics.horizontalAdvance("0")
        self._even = self._advance == self.metrics.horizontalAdvance("W")
        self._widest = self.metrics.horizontalAdvance("W")
        self._fitted: dict[tuple[str, int, Elide], str] = {}
        self._widths: dict[str, float] = {}

    def width(self, text: str) -> float:
        """How wide `text` is, in pixels."""
        if self._even and text.isascii():
            return len(text) * self._advance
        known = self._widths.get(text)
        if known is None:
            self._widths = {} if len(self._widths) > MOST_REMEMBERED else self._widths
            known = self._widths[text] = self.metrics.horizontalAdvance(text)
        return known

    def fit(self, text: str, width: int, elide: Elide = Elide.END) -> str:
        """`text`, or as much of it as goes into `width` pixels."""
        if len(text) * self._widest <= width and text.isascii():
            return text
        key = (text, width, elide)
        known = self._fitted.get(key)
        if known is None:
            self._fitted = {} if len(self._fitted) > MOST_REMEMBERED else self._fitted
            known = self._fitted[key] = self._measured(text, width, elide)
        return known

    def _measured(self, text: str, width: int, elide: Elide) -> str:
        mode = Qt.TextElideMode.ElideMiddle if elide is Elide.MIDDLE else Qt.TextElideMode.ElideRight
        return self.metrics.elidedText(text, mode, width)
