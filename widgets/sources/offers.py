"""Offers: what can be picked at a source, as a table whose figures change while one looks."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from PySide6.QtCore import Qt

from app.display import display
from eventscope.connector import Offer
from widgets.look.fonts import mono_font
from widgets.look.keyed_rows import KeyedRows

__all__ = ["OfferModel"]

Role = Qt.ItemDataRole
RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
RATE, COUNT = 3, 4


class OfferModel(KeyedRows[Offer]):
    """One row for each offer."""

    titles = ("Name", "Kind", "About", "Events/s", "Holds")

    def key(self, item: Offer) -> Hashable:
        return item.option, item.name

    def cell(self, item: Offer, column: int, role: int) -> Any:
        if role == Role.DisplayRole:
            return self._text(item, column)
        if role == Role.AccessibleTextRole:
            return ", ".join(filter(None, (self._text(item, at) for at in range(len(self.titles)))))
        if role == Role.TextAlignmentRole and column in (RATE, COUNT):
            return RIGHT
        if role == Role.FontRole and column in (RATE, COUNT):
            return mono_font()
        return None

    def _text(self, item: Offer, column: int) -> str:
        rate = "…" if item.rate is None else f"{item.rate:,.1f}" if item.rate else "0"
        count = "" if item.count is None else f"{item.count:,}"
        return (display(item.name), display(item.kind), display(item.detail), rate, count)[column]
