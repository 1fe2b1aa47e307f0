"""Reading: how the payload of an event is fetched from the store, also in another thread, and copied slice by slice."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from app.store.chunk import Chunk
from app.store.packing import NO_PAYLOAD
from app.store.store import Store
from app.store.stored import StoredEvent

__all__ = ["LARGE", "Reading"]

LARGE: Final = 64 * 1024
"""Bytes of a payload that take too long for the loop to be read there."""

SLICE: Final = 256 * 1024

FIELDS: Final = tuple(name for name in StoredEvent.__struct_fields__ if name != "payload")


class Reading:
    """An event without its payload, and the means to read that; raises Evicted.

    A step of an event's life has no payload of its own: it shows that of the row in which the event was published.
    Any thread may ask for the payload, even when the row has gone meanwhile.
    """

    def __init__(self, store: Store, seq: int) -> None:
        (values,) = store.cells([seq], FIELDS)
        self.event = StoredEvent(**dict(zip(FIELDS, values, strict=True)), payload=None)
        self._chunk: Chunk | None = None
        self._row = 0
        self.size = 0
        self._own = store.chunk_of(seq)
        own = seq if self.event.size is not None else store.published(seq)
        if own is not None:
            self._find(store.chunk_of(own), own)

    def _find(self, chunk: Chunk, seq: int) -> None:
        self._row = int(chunk.rows_of(np.array([seq], np.int64))[0])
        size = int(chunk.size[self._row])
        if size != NO_PAYLOAD:
            self._chunk, self.size = chunk, size

    @property
    def is_large(self) -> bool:
        """Whether it is better read in another thread."""
        return self.size > LARGE

    @property
    def is_lost(self) -> bool:
        """Whether it was in a file that can not be read any more; then it looks empty."""
        return any(chunk is not None and chunk.payloads.is_lost for chunk in (self._own, self._chunk))

    def payload(self) -> bytes | None:
        """The payload; a large one is copied without holding up other threads."""
        if self._chunk is None:
            return None
        if not self.is_large:
            return self._chunk.payloads[self._row]
        ((_, run),) = self._chunk.payloads.runs(self._row, self._row + 1)
        return copied(memoryview(run.data)[: self.size])

    def whole(self, payload: bytes | None) -> StoredEvent:
        """The event as the store has it: with the payload if it is its own."""
        return self.event if self.event.size is None else msgspec.structs.replace(self.event, payload=payload)


def copied(data: memoryview) -> bytes:
    """A copy of many bytes, made and tidied up in slices: all at once would stop the other threads meanwhile."""
    parts = [bytes(data[start : start + SLICE]) for start in range(0, len(data), SLICE)]
    whole = b"".join(parts)  # of bytes alone, which lets other threads run
    while parts:
        parts.pop()
    return whole
