"""Leaves of a chunk: its rows, or some of them, as a capture has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.store.arena import Arena
from app.store.chunk import COLUMNS, Chunk
from app.store.coded import Coded
from app.store.thin import thin
from connectors.capture.codec import TooLarge
from connectors.capture.layout import CODED
from connectors.capture.leaf import Leaf, encode
from connectors.capture.strings import Strings, strings_of

__all__ = ["Encoded", "encoded", "leaf_of"]


class Encoded(NamedTuple):
    """A leaf, and its pieces by number."""

    leaf: Leaf
    pieces: dict[int, bytes]


def encoded(chunk: Chunk, start: int, stop: int, *, settled: bool) -> Iterator[Encoded]:
    """Rows `start` to `stop` in a leaf, in several if they are too large; a row that is too large is left out."""
    try:
        leaf = leaf_of(chunk, start, stop)
        yield Encoded(leaf, encode(leaf, settled=settled))
    except TooLarge:
        middle = (start + stop) // 2
        if start < middle:
            yield from encoded(chunk, start, middle, settled=settled)
            yield from encoded(chunk, middle, stop, settled=settled)


def leaf_of(chunk: Chunk, start: int, stop: int) -> Leaf:
    """Rows `start` to `stop` of a chunk. All rows of one that does not grow keep their codes. Raises TooLarge."""
    seqs = chunk.seqs_of(np.arange(start, stop))
    columns = {name: getattr(chunk, name)[start:stop] for name in COLUMNS}
    dictionaries = {name: chunk.dictionaries[name].values for name in CODED}
    if not (chunk.sealed and start == 0 and stop == chunk.rows):
        for name in CODED:
            part = Coded(dictionaries[name], columns[name]).part(columns[name])
            columns[name], dictionaries[name] = part.codes, part.values
    return Leaf(
        first_seq=int(seqs[0]),
        rows=stop - start,
        seqs=seqs if seqs[-1] - seqs[0] >= stop - start else None,
        columns={name: thin(column) for name, column in columns.items()},
        dictionaries={name: list(values) for name, values in dictionaries.items()},
        payloads=strings(chunk.payloads, start, stop),
        texts=strings(chunk.texts, start, stop),
    )


def strings(arena: Arena, start: int, stop: int) -> Strings:
    """The strings of some rows of an arena. Raises TooLarge."""
    at: NDArray[Any] = arena.at[start : stop + 1]
    return strings_of(at - at[0], lambda first, after: arena.run(start + first, start + after).data)
