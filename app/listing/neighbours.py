"""Neighbours: the events of a trace that come before and after each other."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from app.columns.wording import moment
from app.store.away import Away
from app.store.chunk import Chunk
from app.store.fetcher import Fetcher
from app.store.store import Store
from app.store.stored import StoredEvent, read

__all__ = ["Away", "MomentsBefore"]

MOST: Final = 2_000
"""Rows for which the answer is remembered: some forty screens."""

Key = tuple[int, str]
"""The number of a row and its correlation."""


class MomentsBefore:
    """When the events before others in the same traces happened. What is not in memory is read by a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[Key, int | None] = OrderedDict()
        self._fetcher: Fetcher[Key, int | None] = Fetcher(self._fetched)

    def of(self, seq: int, correlation_id: str | None) -> int | None:
        """Nanoseconds since the epoch, None when there is no such event that is kept. Raises Away."""
        if correlation_id is None:
            return None
        key = seq, correlation_id
        if key not in self._known:
            try:
                self._known[key] = moment_before(self._chunks(seq), *key, at_hand=True)
            except Away:
                self._fetcher.ask([key])
                raise
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return self._known[key]

    def tick(self) -> bool:
        """Take over what was read; whether there is anything."""
        found = self._fetcher.take()
        self._known.update(found)
        return bool(found)

    def _chunks(self, seq: int) -> list[Chunk]:
        """Those that may have rows before a row, the newest first."""
        return [chunk for chunk in reversed(self._store.chunks) if chunk.first_seq < seq]

    def _fetched(self, keys: Sequence[Key]) -> Mapping[Key, int | None]:
        return {key: moment_before(self._chunks(key[0]), *key, at_hand=False) for key in keys}


def moment_before(chunks: Sequence[Chunk], seq: int, correlation_id: str, *, at_hand: bool) -> int | None:
    """The answer from chunks, of which only those in memory are read if it is to be at hand; raises Away then."""
    for chunk in chunks:
        if at_hand and not chunk.at_hand:
            raise Away
        code = chunk.dictionaries["correlation"].code(correlation_id)
        if code is not None:
            rows = np.flatnonzero(chunk.correlation[: chunk.place_of(seq)] == code)
            if len(rows):
                return moment(StoredEvent(*read(chunk, rows[-1:], StoredEvent.__struct_fields__)[0]))
    return None
