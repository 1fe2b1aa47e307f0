"""Spilled: the form of a chunk whose rows have left the memory for a capture file and are read from there.

What they need in memory is little: the texts of short dictionaries, and the numbers of rows that have gaps. All else
goes through the cache of the store, and so takes no more than that is allowed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from app.store.chunk import Chunk
from app.store.cold import BlockArena
from app.store.dictionary import Texts
from app.store.pages import INDEXED, Pages
from connectors.capture.strings import Places

__all__ = ["spill"]

MOST_RESIDENT: Final = 256
"""Dictionaries of so many texts stay in memory: completion and counts ask them at each key."""

MOST_AT_ONCE: Final = 32
"""Blocks that a scan inflates before it looks at them: a megabyte."""


def spill(chunk: Chunk, pages: Pages) -> None:
    """Have a chunk read its rows from these pages, and give back their memory."""
    dictionaries = {name: texts_of(pages, name, there) for name, there in chunk.dictionaries.items()}
    payloads = SpilledArena(pages, "payloads", chunk.payloads.used)
    texts = SpilledArena(pages, "texts", chunk.texts.used)
    chunk.leave(pages.column, dictionaries, payloads, texts)


class FewTexts(tuple[str | None, ...]):
    """Texts that stay in memory, each of them the same object for all chunks."""

    __slots__ = ()
    at_hand = True

    @property
    def values(self) -> Sequence[str | None]:
        """The text of each code."""
        return self

    @property
    def bytes(self) -> int:
        """Memory that they take, estimated."""
        return 8 * len(self)

    def code(self, text: str | None) -> int | None:
        """The code of `text`, or None when no row of the chunk has it."""
        return self.index(text) if text in self else None


class ManyTexts:
    """Texts that are read when somebody asks for them."""

    bytes = 0
    at_hand = False

    def __init__(self, pages: Pages, name: str) -> None:
        self._pages = pages
        self._name = name

    @property
    def values(self) -> Sequence[str | None]:
        """The text of each code."""
        return self._pages.texts(self._name)

    def code(self, text: str | None) -> int | None:
        """The code of `text`, or None when no row of the chunk has it."""
        if self._name == INDEXED and text is not None:
            return self._pages.code(text)
        values = self.values
        return values.index(text) if text in values else None


def texts_of(pages: Pages, name: str, there: Texts) -> Texts:
    """The texts of a column of a chunk that is spilled."""
    few = len(there.values) <= MOST_RESIDENT
    return FewTexts(text and sys.intern(text) for text in there.values) if few else ManyTexts(pages, name)


class SpilledArena(BlockArena[Places]):
    """Byte strings in the blocks of a file."""

    memory = 0

    def __init__(self, pages: Pages, name: str, used: int) -> None:
        super().__init__(pages.cache)
        self.used = used
        self._pages = pages
        self._name = name

    @property
    def is_lost(self) -> bool:  # type: ignore[override]
        """Whether this or anything else of the chunk can not be read any more."""
        return self._pages.is_lost

    @property
    def plan(self) -> Places:
        """Where the byte strings lie."""
        return self._pages.places(self._name)

    def _together(self, plan: Places, block: int) -> int:
        group_ends = [*plan.groups[1:], len(plan.firsts)]
        return min(group_ends[plan.group_of(block)], block + MOST_AT_ONCE)

    def _blocks(self, plan: Places, first: int, after: int) -> Iterator[bytes]:
        return self._pages.blocks(self._name, plan, first, after)
