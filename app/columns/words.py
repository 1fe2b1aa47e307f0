"""Words: the different texts that rows are sorted by, each known by a number and by its place among all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Words", "text_order"]

PIECE: Final = 8_192
"""Texts looked at in one go."""
SHARDS: Final = 256

HEAD: Final = 32
"""Bytes of a text that are compared at a time."""
LONGEST: Final = 512

Places = NDArray[np.intp]


class Shard(dict[str, int]):
    """Numbers of some of the texts. One dictionary of a million would hold up other threads each time it grows."""

    __slots__ = ("_learn",)

    def __init__(self, learn: Callable[[Shard, str], int]) -> None:
        self._learn = learn

    def __missing__(self, text: str) -> int:
        return self._learn(self, text)


class Words:
    """Numbers count up from 0 in order of appearance. Any thread may ask for them; one ranks."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._shards = [Shard(self._learn) for _ in range(SHARDS)]
        self._learning = Lock()
        self._ranks = np.empty(0, np.int64)

    def numbers(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The numbers of texts, new ones for those that are new."""
        shards = self._shards
        return np.fromiter((shards[hash(text) % SHARDS][text] for text in texts), np.int64, len(texts))

    def ranks(self) -> NDArray[np.int64]:
        """For each number the place of its text, by code points. Texts known before keep their order."""
        count = len(self._texts)
        if len(self._ranks) < count:
            ranks = np.empty(count, np.int64)
            ranks[text_order(self._texts, count)] = np.arange(count)
            self._ranks = ranks
        return self._ranks

    def _learn(self, shard: Shard, text: str) -> int:
        with self._learning:
            number = dict.get(shard, text)
            if number is None:
                shard[text] = number = len(self._texts)
                self._texts.append(text)
            return number


def text_order(texts: Sequence[str], count: int) -> Places:
    """The places of the first `count` of different texts, the lowest text first.

    They are compared by a few bytes at a time, as numbers; only texts that go on alike after `LONGEST` as texts.
    """
    ranks, tied = np.zeros(count, np.int64), np.arange(count)
    for start in range(0, LONGEST, HEAD):
        if not len(tied):
            break
        heads = np.column_stack((ranks[tied].astype(np.uint64), heads_of(texts, tied, start)))
        order = lexical_order(heads)
        heads, tied = heads[order], tied[order]
        ranks[tied], alone = refined(ranks[tied], heads)
        tied = tied[~alone]
    order = np.argsort(ranks, kind="stable")
    for first, last in runs(ranks[order]):
        order[first:last] = sorted(order[first:last].tolist(), key=texts.__getitem__)
    return order


def heads_of(texts: Sequence[str], places: Places, start: int) -> NDArray[np.uint64]:
    """Bytes `start` and following of texts in UTF-8, which sorts as code points do, as a row of numbers for each."""
    stop, pieces = start + HEAD, []
    for piece in np.array_split(places, len(places) // PIECE + 1):
        cut = [texts[place][:stop].encode("utf-8", "surrogatepass")[start:stop] for place in piece.tolist()]
        joined = b"".join([each.ljust(HEAD, b"\0") for each in cut])
        pieces.append(np.frombuffer(joined, ">u8").astype(np.uint64).reshape(len(piece), HEAD // 8))
    return np.concatenate(pieces)


def lexical_order(rows: NDArray[np.uint64]) -> Places:
    """The places of rows of numbers, compared from the left; columns that are alike tell nothing."""
    telling = [column for column in rows.T if (column != column[0]).any()]
    return np.lexsort(telling[::-1]) if telling else np.arange(len(rows))


def refined(ranks: NDArray[np.int64], heads: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Ranks of sorted rows that were tied, now that their heads are known, and which are tied no more."""
    here = np.arange(len(ranks))
    begins = np.append(True, ranks[1:] != ranks[:-1])
    differs = np.append(True, (heads[1:] != heads[:-1]).any(axis=1))
    first = np.maximum.accumulate(np.where(begins, here, 0))
    alike = np.maximum.accumulate(np.where(differs, here, 0))
    return ranks + alike - first, differs & np.append(differs[1:], True)


def runs(ranks: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Where equal ranks are in sorted ones."""
    same = np.concatenate(([False], ranks[1:] == ranks[:-1], [False]))
    edges = np.flatnonzero(same[1:] != same[:-1])
    return [(int(first), int(last) + 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]
