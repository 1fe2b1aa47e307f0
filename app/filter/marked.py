"""Marked: the leaf of a filter that asks what the developer noted about a row."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from app.filter.expression import Mask, Node, Span
from app.filter.syntax import All, Comparison, Either, Opposite, Syntax
from app.marks import Mark

__all__ = ["FIELD", "Marked", "reads_marks"]

FIELD = "is"
"""The name of the field in filters."""


class Marked(Node):
    """Selects rows that have a note of any of these kinds. Its answer changes whenever marks do."""

    def __init__(self, kinds: Collection[Mark]) -> None:
        self._kinds = kinds

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows have such a note: few, so they are looked up in the span and not the span in them."""
        mask = np.zeros(span.rows, np.bool_)
        marks = span.chunk.marks
        noted = [] if marks is None else [marks.rows(kind) for kind in self._kinds]
        for seqs in noted:
            rows = span.chunk.rows_of(seqs) - span.start
            mask[rows[(rows >= 0) & (rows < span.rows)]] = True
        return mask


def reads_marks(tree: Syntax | None) -> bool:
    """Whether a filter asks for marks, so that it must be tested anew when they change."""
    match tree:
        case Comparison(term=term):
            return term.field.text == FIELD
        case Opposite(part=part):
            return reads_marks(part)
        case All(parts=parts) | Either(parts=parts):
            return any(reads_marks(part) for part in parts)
    return False
