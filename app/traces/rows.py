"""TraceRow: what building a trace needs of a stored row. Payloads stay where they are."""

from __future__ import annotations

from typing import NamedTuple

from app.store.store import Store


class TraceRow(NamedTuple):
    """One row; the fields are those of StoredEvent."""

    seq: int
    id: str | None
    type: str | None
    category: str | None
    priority: int
    source: str
    producer: str | None
    channel: str | None
    causation_id: str | None
    occurred_at: int | None
    observed_at: int
    phase: int
    subscription: str | None
    attempt: int | None
    queue_ns: float | None
    handle_ns: float | None
    total_ns: float | None
    fanout: int | None
    size: int | None
    error: str | None
    key: str | None
    headers: str | None

    @property
    def at(self) -> int:
        """When it happened, or when it was seen if the source does not say (ns since the epoch)."""
        return self.observed_at if self.occurred_at is None else self.occurred_at


def read_rows(store: Store, seqs: list[int]) -> list[TraceRow]:
    """These rows, in this order; raises Evicted."""
    return [TraceRow._make(cells) for cells in store.cells(seqs, TraceRow._fields)]
