"""Expression: the tree that a filter is, and how its branches share the work.

A node answers for a span of rows with one Boolean each. It may be told that only some rows are asked for
(`among`); for the others it may answer anything. So the dear tests see only what the cheap ones left open.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk

Mask = NDArray[np.bool_]

COLUMN, TEXTS, BYTES, DECODED = 0, 1, 2, 3
"""Costs of a node: it reads columns, decodes texts, searches all bytes, decodes payloads."""


class Span(NamedTuple):
    """Rows `start` to `stop` of a chunk."""

    chunk: Chunk
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.stop - self.start


class Node(ABC):
    """A part of a filter."""

    cost: int = COLUMN

    @abstractmethod
    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Which rows of the span it selects; a new array, which the caller may change."""


class Everything(Node):
    """Selects all rows."""

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """True for every row."""
        return np.ones(span.rows, np.bool_)


class Branch(Node):
    """A node over others, the cheapest asked first."""

    def __init__(self, *parts: Node) -> None:
        self.parts: Sequence[Node] = sorted(parts, key=lambda part: part.cost)
        self.cost = max(part.cost for part in parts)


class And(Branch):
    """Selects what all its parts select."""

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Ask each part only for the rows that are still selected; stop when none is."""
        first, *rest = self.parts
        selected = first.mask(span, among)
        for part in rest:
            if part.cost and not selected.any():
                break
            selected &= part.mask(span, narrowed(selected, among) if part.cost else None)
        return selected


class Or(Branch):
    """Selects what any of its parts selects."""

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """Ask each part only for the rows that are not selected yet; stop when all are."""
        first, *rest = self.parts
        selected = first.mask(span, among)
        for part in rest:
            if part.cost and selected.all():
                break
            selected |= part.mask(span, narrowed(~selected, among) if part.cost else None)
        return selected


class Not(Branch):
    """Selects what its part does not, rows that lack the field included."""

    def mask(self, span: Span, among: Mask | None = None) -> Mask:
        """The opposite."""
        mask = self.parts[0].mask(span, among)
        return np.logical_not(mask, out=mask)


def narrowed(rows: Mask, among: Mask | None) -> Mask:
    """Those of `rows` that are asked for."""
    return rows if among is None else rows & among
