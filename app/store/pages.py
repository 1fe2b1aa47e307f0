"""Pages: what a capture file has of one chunk, read piece by piece. Any thread may ask; one that does not wait is told
`Away` by what is not in the cache.

When a piece can not be read any more, that is told once, and what is read from then on looks as if the rows had nothing
in it: readers in the midst of their work need not know, and the store lets go of these rows at its next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.store.arena import END
from app.store.away import may_wait
from app.store.chunk import COLUMNS, Chunk
from app.store.cold import row_after
from app.store.dictionary import COST
from app.store.packing import NO_PAYLOAD
from connectors.capture.layout import CODED, LeafHead
from connectors.capture.reader import CaptureError, CaptureReader, Damaged
from connectors.capture.strings import Places

__all__ = ["INDEXED", "Pages"]

ValueT = TypeVar("ValueT")

INDEXED: Final = "correlation"
"""The column whose texts the file has an index of, so that a trace is found without reading all of them."""

INT_BYTES: Final = 36
"""Memory that a whole number takes in a list."""

ENTRY_BYTES: Final = 400
"""Memory that a place in the cache takes, whatever is there."""


class Known(NamedTuple):
    """The texts of a dictionary, as they are kept in the cache."""

    values: Sequence[str | None]

    @property
    def bytes(self) -> int:
        """Memory that they take, estimated."""
        return sum(map(len, filter(None, self.values))) + COST * len(self.values)


class Layout(NamedTuple):
    """Where byte strings lie in the file, as it is kept in the cache."""

    places: Places

    @property
    def bytes(self) -> int:
        """Memory that it takes, estimated."""
        at, *lists = self.places
        return at.nbytes + INT_BYTES * sum(map(len, lists))


class Code(NamedTuple):
    """The code of a text, as it is kept in the cache; None when no row has the text."""

    code: int | None
    bytes: int


class Pages:
    """Reads through the cache of the store. `lost` is called in the thread that reads, with what went wrong."""

    def __init__(self, chunk: Chunk, head: LeafHead, reader: CaptureReader, lost: Callable[[Exception], None]) -> None:
        self.cache = chunk.cache
        self._reader = reader
        self.is_lost = False
        self._serial = chunk.serial
        self._head = head
        self._lost = lost

    def column(self, name: str) -> NDArray[Any]:
        """A column, in elements as small as those of a cold chunk."""

        def blank() -> NDArray[Any]:
            return np.full(self._head.rows, NO_PAYLOAD if name == "size" else 0, COLUMNS[name])

        return self._kept("column", name, lambda: self._file.column(self._head, name), blank)

    def texts(self, name: str) -> Sequence[str | None]:
        """The text of each code of a column."""

        def blank() -> Known:
            return Known([None] * self._head.counts[CODED.index(name)])

        return self._kept("texts", name, lambda: Known(self._file.dictionary(self._head, name)), blank).values

    def code(self, text: str) -> int | None:
        """The code of a text of the column INDEXED, None when no row has it."""

        def found() -> Code:
            codes = self._file.correlated(self._head, text)
            code = next((code for code in codes if self.texts(INDEXED)[code] == text), None)
            return Code(code, ENTRY_BYTES + len(text))

        return self._kept("code", text, found, lambda: Code(None, 0)).code

    def places(self, arena: str) -> Places:
        """Where the byte strings of `payloads` or `texts` lie."""

        def blank() -> Layout:
            return Layout(Places(np.arange(self._head.rows + 1, dtype=np.uint32), [0], [0, 0], [0]))

        return self._kept("places", arena, lambda: Layout(self._file.places(self._head, arena)), blank).places

    def blocks(self, arena: str, places: Places, first: int, after: int) -> Iterator[bytes]:
        """Blocks of byte strings that lie so, inflated."""
        for block in range(first, after):
            if block == first or block in places.groups:
                group = places.group_of(block)
                data = self._tried(partial(self._group, arena, places, group), bytes)
            yield self._tried(partial(places.block_in, data, group, block), partial(blank_block, places, block))

    @property
    def _file(self) -> CaptureReader:
        """The file, for who waits for it. Raises Away."""
        may_wait()
        return self._reader

    def _group(self, arena: str, places: Places, group: int) -> bytes:
        return self._file.group(self._head, arena, places, group)

    def _kept(self, what: str, name: str, read: Callable[[], ValueT], blank: Callable[[], ValueT]) -> ValueT:
        """What is read, kept in the cache; if it can not be read, what stands in for it."""
        kept: Callable[[], ValueT] = partial(self.cache.get, (self._serial, what, name), read)
        return self._tried(kept, blank)

    def _tried(self, read: Callable[[], ValueT], blank: Callable[[], ValueT]) -> ValueT:
        if not self.is_lost:
            try:
                return read()
            except (CaptureError, Damaged) as error:
                self.is_lost = True
                self._lost(error)
        return blank()


def blank_block(places: Places, block: int) -> bytes:
    """A block of rows that have nothing but blanks."""
    sizes = np.diff(places.at[places.firsts[block] : row_after(places, block) + 1].astype(np.int64)) - len(END)
    return b"".join(b" " * size + END for size in sizes.tolist())
