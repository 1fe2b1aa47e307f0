"""Ledger: how many rows of each source and category are kept, with what memory, and how many were evicted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.store.chunk import Chunk
from app.store.codes import OTHERS, Codes

Ints = NDArray[np.int64]
Groups = NDArray[np.uint16]

MOST_SOURCES: Final = 256
MOST_CATEGORIES: Final = 1_024
MOST_GROUPS: Final = 1_024
"""Sources and categories that are told apart; a hostile source must not grow the ledger without end."""

NOT_MET: Final = 0
OTHER: Final = 1
"""The group of all that came when there were so many."""


@dataclass(frozen=True, slots=True)
class Account:
    """The rows of one category of one source; `bytes` is their part of the memory."""

    source: str
    category: str | None
    kept: int
    evicted: int
    bytes: int


class Share(NamedTuple):
    """What each group has: rows, and bytes before compression. `seen` rows of the chunk were counted.

    Groups that were met later than these rows are left out.
    """

    seen: int
    rows: Ints
    bytes: Ints


class Ledger:
    """Groups are numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.evicted = np.zeros(MOST_GROUPS, np.int64)
        self.names: list[tuple[str, str | None]] = [("", None), (OTHERS, OTHERS)]
        self._sources = Codes("source", MOST_SOURCES - 2)
        self._categories = Codes("category", MOST_CATEGORIES - 2)
        self._groups = np.full(MOST_SOURCES * MOST_CATEGORIES, NOT_MET, np.uint16)
        self._shares: WeakKeyDictionary[Chunk, Share] = WeakKeyDictionary()

    def groups(self, chunk: Chunk, start: int, stop: int) -> Groups:
        """The group of each of rows `start` to `stop`."""
        rows = slice(start, stop)
        pairs = self._sources.of(chunk, rows) * MOST_CATEGORIES + self._categories.of(chunk, rows)
        found: Groups = self._groups[pairs]
        if not found.all():
            self._learn(dict.fromkeys(pairs[found == NOT_MET].tolist()))
            found = self._groups[pairs]
        return found

    def share(self, chunk: Chunk) -> Share:
        """What each group has in a chunk; only rows that are new since the last call are counted."""
        share = self._shares.get(chunk, NOTHING)
        if share.seen < chunk.rows:
            self._shares[chunk] = share = self._grown(share, chunk)
        return share

    def evict(self, chunk: Chunk) -> None:
        """Count the rows of a chunk as evicted."""
        self.evicted += whole(self.share(chunk).rows)

    def spare(self, chunk: Chunk) -> None:
        """Take back that the rows of a chunk were evicted: they were copied there."""
        self.evicted -= whole(self.share(chunk).rows)

    def sizes(self, chunks: Iterable[Chunk]) -> Ints:
        """The bytes that each group has in memory, before compression."""
        return summed(self.share(chunk).bytes for chunk in chunks if chunk.at_hand)

    def accounts(self, chunks: list[Chunk], memory: int) -> list[Account]:
        """All groups, those with most memory first."""
        kept = summed(self.share(chunk).rows for chunk in chunks)
        size = self.sizes(chunks)
        part = size * (memory / max(int(size.sum()), 1))
        accounts = [
            Account(*name, int(kept[group]), int(self.evicted[group]), int(part[group]))
            for group, name in enumerate(self.names)
        ]
        met = [account for account in accounts if account.kept or account.evicted]
        return sorted(met, key=lambda account: (-account.bytes, -account.evicted))

    def _grown(self, share: Share, chunk: Chunk) -> Share:
        start, stop = share.seen, chunk.rows
        groups = self.groups(chunk, start, stop)
        rows = np.bincount(groups, minlength=len(self.names))
        size = np.bincount(groups, chunk.weights(start, stop), len(self.names)).astype(np.int64)
        rows[: len(share.rows)] += share.rows
        size[: len(share.bytes)] += share.bytes
        return Share(stop, rows, size)

    def _learn(self, pairs: Iterable[int]) -> None:
        for pair in pairs:
            source, category = divmod(pair, MOST_CATEGORIES)
            self._groups[pair] = OTHER
            if len(self.names) < MOST_GROUPS:
                self._groups[pair] = len(self.names)
                self.names.append((self._sources.texts[source] or "", self._categories.texts[category]))


NOTHING: Final = Share(0, np.zeros(0, np.int64), np.zeros(0, np.int64))


def whole(numbers: Ints) -> Ints:
    """Numbers of some groups, with zeros for all others."""
    return summed([numbers])


def summed(shares: Iterable[Ints]) -> Ints:
    """The sum over several shares, a number for each group there can be."""
    total = np.zeros(MOST_GROUPS, np.int64)
    for share in shares:
        total[: len(share)] += share
    return total
