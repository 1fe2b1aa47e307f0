"""Order: rows of a store in ascending or descending order of one field, and how such an order is kept up to date.

An order never changes: `rearranged` makes a new one, in any thread. Equal rows stay in their order of arrival, and rows
that do not have the field are at the end in either direction.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.columns.field import Field
from app.columns.sort_keys import MISSING, Cells, order_of, ranked, unranked
from app.columns.words import Words
from app.store.chunk import Chunk
from app.store.courtesy import WINDOW

__all__ = ["Direction", "Order"]

PIECE: Final = 8_192
"""Rows read at a time, so that other threads come in between."""

Seqs = NDArray[np.int64]


class Direction(NamedTuple):
    """The field that rows are ordered by, and whether the largest comes first."""

    field: Field
    descending: bool


class Order(NamedTuple):
    """Rows in order: their numbers and their keys."""

    seqs: Seqs
    keys: Cells
    ranks: NDArray[np.int64]
    """The place of each text that was known when the keys were made."""

    @classmethod
    def empty(cls) -> Order:
        """No rows."""
        return cls(np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.int64))

    def rearranged(self, chunks: list[Chunk], direction: Direction, words: Words, wanted: Seqs, *, only: bool) -> Order:
        """With the `wanted` rows, which are new; with `only`, they are all that stay."""
        old, wanted = self, np.sort(wanted, kind="stable")
        if only:
            old, wanted = self._only(wanted), wanted[~np.isin(wanted, self.seqs)]
        seqs = np.concatenate((old.seqs, wanted))
        before = unranked(old.keys, old.ranks, descending=direction.descending)
        cells = np.concatenate((before, read_cells(chunks, direction.field, wanted, words)))
        if len(wanted) and len(old.seqs) and wanted[0] < old.seqs.max():
            arrival = np.argsort(seqs, kind="stable")
            seqs, cells = seqs[arrival], cells[arrival]
        ranks = words.ranks()
        keys = ranked(cells, ranks, descending=direction.descending)
        order = order_of(keys)
        return Order(seqs[order], keys[order], ranks)

    def index_of(self, chunk: Chunk, direction: Direction, words: Words, seq: int) -> int | None:
        """Where a row of a chunk is or would be; None when it has a text that no row in order has."""
        cells = direction.field.cells(chunk, chunk.rows_of(np.array([seq], np.int64)), words)
        try:
            key = ranked(cells, self.ranks, descending=direction.descending)[0]
        except IndexError:
            return None
        first, last = (int(np.searchsorted(self.keys, key, side)) for side in ("left", "right"))
        return first + int(np.searchsorted(self.seqs[first:last], seq))

    def place_of(self, seq: int) -> int | None:
        """Where a row is, None when it is not in order; nothing is read for that."""
        found = np.flatnonzero(self.seqs == seq)
        return int(found[0]) if len(found) else None

    def _only(self, wanted: Seqs) -> Order:
        stays = np.isin(self.seqs, wanted)
        return Order(self.seqs[stays], self.keys[stays], self.ranks)


def read_cells(chunks: list[Chunk], field: Field, seqs: Seqs, words: Words) -> Cells:
    """The cells of rows, in ascending order; of rows that have gone, missing."""
    cells = np.full(len(seqs), MISSING)
    for chunk in chunks:
        low, high = np.searchsorted(seqs, (chunk.first_seq, chunk.next_seq))
        for start in range(int(low), int(high), PIECE):
            WINDOW.give_way()
            piece = seqs[start : min(start + PIECE, int(high))]
            cells[start : start + len(piece)][chunk.holds(piece)] = field.cells(chunk, chunk.rows_of(piece), words)
    return cells
