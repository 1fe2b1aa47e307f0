"""Strings: the byte strings of many rows, compressed in small blocks, and where each one lies.

Blocks lie in **groups**, one to a piece of the file, so that a reader fetches some hundred kilobytes at a time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from connectors.capture.codec import (
    THREAD,
    Damaged,
    TooLarge,
    array_bytes,
    array_of,
    bundle,
    inflated,
    narrow,
    unbundled,
)
from connectors.capture.layout import GROUP_BYTES, MOST_BYTES, MOST_GROUPS

BLOCK_BYTES: Final = 32 * 1024
"""A block has the rows that end within so many bytes, and so all of a larger row."""

SIZES, FIRSTS, LENGTHS, GROUPS = range(4)
"""Numbers in the bundle that says where strings lie."""


class Places(NamedTuple):
    """Where strings lie. That of row `r` has the bytes `at[r]` to `at[r + 1]` of all of them, its newline included.

    Block `b` begins with row `firsts[b]`, and its compressed form lies from `begins[b]` to `begins[b + 1]` among those
    of all blocks. Group `g` begins with block `groups[g]`.
    """

    at: NDArray[np.uint32]
    firsts: list[int]
    begins: list[int]
    groups: list[int]

    def block_of(self, row: int) -> int:
        """The block that has a row."""
        return bisect_right(self.firsts, row) - 1

    def group_of(self, block: int) -> int:
        """The group that has a block."""
        return bisect_right(self.groups, block) - 1

    def size_of(self, block: int) -> int:
        """The bytes of a block when it is inflated."""
        rows = (*self.firsts[block : block + 2], len(self.at) - 1)
        return int(self.at[rows[1]]) - int(self.at[rows[0]])

    def span_of(self, group: int) -> slice:
        """Where the compressed blocks of a group lie among all."""
        first, *after = self.groups[group : group + 2]
        return slice(self.begins[first], self.begins[after[0]] if after else self.begins[-1])

    def block_in(self, data: bytes, group: int, block: int) -> bytes:
        """A block, inflated, out of the bytes of its group. Raises Damaged."""
        start = self.begins[self.groups[group]]
        first, last = self.begins[block : block + 2]
        return inflated(memoryview(data)[first - start : last - start], self.size_of(block))


class Strings(NamedTuple):
    """All strings of a leaf: where they lie, and their compressed blocks one after another."""

    places: Places
    packed: bytes | memoryview

    def strings(self, start: int, stop: int) -> list[bytes]:
        """The strings of rows `start` to `stop`, without their newlines. Raises Damaged."""
        found: list[bytes] = []
        places = self.places
        while start < stop:
            block = places.block_of(start)
            end = min(stop, (*places.firsts[block + 1 : block + 2], stop)[0])
            first, last = places.begins[block : block + 2]
            data = inflated(memoryview(self.packed)[first:last], places.size_of(block))
            bounds = (places.at[start : end + 1].astype(np.int64) - int(places.at[places.firsts[block]])).tolist()
            found += [data[begin : after - 1] for begin, after in pairwise(bounds)]
            start = end
        return found


def strings_of(at: NDArray[np.uint32], read: Callable[[int, int], bytes | memoryview]) -> Strings:
    """The strings that end at `at[1:]`, which begins with 0; `read` gives those of some rows. Raises TooLarge."""
    if at[-1] > MOST_BYTES:
        raise TooLarge(f"{at[-1]:,} bytes")
    firsts = first_rows(at)
    blocks = [THREAD.compress(read(start, stop)) for start, stop in pairwise([*firsts, len(at) - 1])]
    return Strings(places_of(at, firsts, list(accumulate(map(len, blocks), initial=0))), b"".join(blocks))


def first_rows(at: NDArray[np.uint32]) -> list[int]:
    """The first row of each block."""
    blocks = (at[1:].astype(np.int64) - 1) // BLOCK_BYTES
    return np.flatnonzero(np.diff(blocks, prepend=-1)).tolist()


def places_of(at: NDArray[np.uint32], firsts: Sequence[int], begins: Sequence[int]) -> Places:
    """Places with the blocks put in groups."""
    groups = [0]
    for block, (_, end) in enumerate(pairwise(begins)):
        if block > groups[-1] and end - begins[groups[-1]] > GROUP_BYTES:
            groups.append(block)
    return Places(at, list(firsts), list(begins), groups)


def places_bytes(places: Places) -> bytes:
    """Places as they stand in the file."""
    columns: dict[int, NDArray[Any]] = {
        SIZES: np.diff(places.at.astype(np.int64)),
        FIRSTS: np.array(places.firsts),
        LENGTHS: np.diff(places.begins),
        GROUPS: np.array(places.groups),
    }
    return bundle({number: array_bytes(narrow(column)) for number, column in columns.items()})


def places_from(data: bytes, rows: int) -> Places:
    """The places of the strings of so many rows. Raises Damaged."""
    pieces = unbundled(data)
    try:
        sizes = array_of(pieces[SIZES], rows, "u4")
        firsts, lengths, groups = (
            array_of(pieces[n], rows, "u4", exactly=False).tolist() for n in (FIRSTS, LENGTHS, GROUPS)
        )
    except KeyError as error:
        raise Damaged("strings that nobody knows the place of") from error
    at = np.zeros(rows + 1, np.int64)
    np.cumsum(sizes, out=at[1:])
    begins = list(accumulate(lengths, initial=0))
    whole = ascends(firsts, rows) and ascends(groups, len(firsts)) and len(lengths) == len(firsts)
    if not whole or not sizes.all() or at[-1] > MOST_BYTES or len(groups) > MOST_GROUPS:
        raise Damaged("strings that do not lie one after another")
    return Places(at.astype(np.uint32), firsts, begins, groups)


def ascends(numbers: list[int], end: int) -> bool:
    """Whether numbers begin with 0 and ascend, all below `end`."""
    return numbers[:1] == [0] and numbers[-1] < end and all(a < b for a, b in pairwise(numbers))
