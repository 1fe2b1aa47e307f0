"""Kafka's records as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.json import encode

from connectors.envelopes.envelope import COLUMN, NAME_AT
from connectors.envelopes.recognise import Envelope, fill_envelope, text_header
from connectors.kafka.metadata import Partition
from eventscope.connector import Block
from eventscope.step import UNKNOWN, Phase

__all__ = ["block_of"]

TOMBSTONE: Final = "tombstone"
BLANK: Final[tuple[Any, ...]] = Envelope()
TYPE_AT, TIME_AT = COLUMN["type"], COLUMN["occurred_at"]
LATEST_MS: Final = 2**63 // 10**6 - 1


def block_of(partition: Partition, records: Sequence[Any]) -> Block:
    """The rows of at least one record of a partition."""
    rows = len(records)
    envelopes = [_envelope(partition.topic, record) for record in records]
    types, categories, ids, correlations, causations, priorities, times, producers, inner_keys, names = zip(
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
        key=[text_header(r.key) if r.key else key for r, key in zip(records, inner_keys, strict=True)],
        subscription=nothing,
        attempt=[0] * rows,
        queue_ns=unknown,
        handle_ns=unknown,
        total_ns=unknown,
        fanout=[-1] * rows,
        error=nothing,
        envelope=names,
        headers=[_headers(record.headers) if record.headers else None for record in records],
    )


def _headers(pairs: Sequence[tuple[str, bytes | None]]) -> str:
    """As `headers_text` writes them; values are bytes here, which goes faster."""
    texts = [(name, None if value is None else value.decode("utf-8", "backslashreplace")) for name, value in pairs]
    return encode(texts).decode()


def _envelope(topic: str, record: Any) -> Sequence[Any]:
    """The fields of a record's envelope. Failing a type and a time inside, its topic and its own time stand."""
    milliseconds = record.timestamp
    known = milliseconds is not None and 0 <= milliseconds <= LATEST_MS
    values = [*BLANK]
    values[TYPE_AT] = topic
    values[TIME_AT] = milliseconds * 10**6 if known else UNKNOWN
    fill_envelope(values, record.headers, record.value)
    if record.value is None and values[NAME_AT] in (None, "headers"):
        values[NAME_AT] = TOMBSTONE
    return values
