"""Kafka's records as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from connectors.envelopes import Envelope, read_envelope, text_header
from connectors.kafka_metadata import Partition
from eventscope.connector import Block, headers_text
from eventscope.step import UNKNOWN, Phase

__all__ = ["block_of"]

TOMBSTONE: Final = "tombstone"
LATEST_MS: Final = 2**63 // 10**6 - 1


def block_of(partition: Partition, records: Sequence[Any]) -> Block:
    """The rows of at least one record of a partition."""
    rows = len(records)
    envelopes = [_envelope(partition.topic, record) for record in records]
    types, categories, ids, correlations, causations, priorities, times, producers, keys, names = zip(
        *envelopes, strict=True
    )
    place = f"{partition.topic}[{partition.number}]@"
    nothing: list[Any] = [None] * rows
    unknown = [UNKNOWN] * rows
    return Block(
        type=types,
        payload=[record.value for record in records],
        id=ids,
        category=categories,
        priority=priorities,
        phase=[int(Phase.PUBLISHED)] * rows,
        correlation_id=correlations,
        causation_id=causations,
        occurred_at=times,
        producer=producers,
        channel=[f"{place}{record.offset}" for record in records],
        key=keys,
        subscription=nothing,
        attempt=[0] * rows,
        queue_ns=unknown,
        handle_ns=unknown,
        total_ns=unknown,
        fanout=[-1] * rows,
        error=nothing,
        envelope=names,
        headers=[headers_text(record.headers) if record.headers else None for record in records],
    )


def _envelope(topic: str, record: Any) -> Envelope:
    """What is known of a record. Its own key and, failing a time inside, its own time stand."""
    key = None if record.key is None else text_header(record.key)
    milliseconds = record.timestamp
    known = milliseconds is not None and 0 <= milliseconds <= LATEST_MS
    defaults = Envelope(type=topic, occurred_at=milliseconds * 10**6 if known else UNKNOWN)
    envelope = read_envelope(record.headers, record.value, defaults)
    if record.value is None and envelope.name in (None, "headers"):
        envelope = envelope._replace(name=TOMBSTONE)
    return envelope if key is None else envelope._replace(key=key)
