"""A selection: the rows that are exported, read from the store in slices, redacted on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from app.exports.event_json import EventJson, event_fields
from app.redaction.redaction import Redactor
from app.store.store import Evicted, Store
from app.store.stored import StoredEvent
from app.traces.trace import Trace

SLICE: Final = 1_000
"""Rows read at a time."""


class Selection:
    """Rows of a store, in the order of `seqs`; those of one trace when `trace` is given.

    The store may evict rows while they are being written: those are left out, and `missing`.
    """

    def __init__(
        self, store: Store, seqs: Sequence[int], *, trace: Trace | None = None, redactor: Redactor | None = None
    ) -> None:
        self.trace = trace
        self.written = 0
        self.store = store
        self._seqs = seqs
        self._redactor = redactor

    @property
    def is_redacted(self) -> bool:
        """Whether secrets are replaced."""
        return self._redactor is not None

    @property
    def replaced(self) -> Counter[str]:
        """How many secrets have been replaced so far, by pattern."""
        return self._redactor.replaced if self._redactor else Counter()

    @property
    def missing(self) -> int:
        """How many rows are not written: once all are, those that were evicted."""
        return len(self._seqs) - self.written

    def text(self, text: str) -> str:
        """Text that is written besides the events, redacted as they are."""
        return self._redactor.text(text) if self._redactor else text

    def events(self, seqs: Iterable[int] | None = None) -> Iterator[StoredEvent]:
        """The events of these rows, by default of all."""
        for row in self.cells(StoredEvent.__struct_fields__, seqs):
            self.written += 1
            event = StoredEvent(*row)
            yield self._redactor.event(event) if self._redactor else event

    def fields(self, event: StoredEvent) -> EventJson:
        """One of the events as JSON, with the user's comment on it."""
        return event_fields(event, self.text(self.store.marks.comment(event.seq)))

    def cells(self, names: Sequence[str], seqs: Iterable[int] | None = None) -> Iterator[tuple[Any, ...]]:
        """The named fields of StoredEvent of these rows, as they are in the store."""
        wanted = self._seqs if seqs is None else list(seqs)
        for start in range(0, len(wanted), SLICE):
            yield from self._slice(wanted[start : start + SLICE], names)

    def _slice(self, seqs: Sequence[int], names: Sequence[str]) -> list[tuple[Any, ...]]:
        try:
            return self.store.cells(seqs, names)
        except Evicted:
            kept = [seq for seq in seqs if self.store.keeps(seq)]
            return self._slice(kept, names) if kept else []
