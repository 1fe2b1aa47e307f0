"""Kafka's records as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from msgspec.json import encode

from connectors.envelopes.envelope import COLUMN, NAME_AT
from connectors.envelopes.recognise import Envelope, Recogniser, text_header
from connectors.kafka.metadata import Partition
from eventscope.connector import Block
from eventscope.step import UNKNOWN, Phase

__all__ = ["block_of"]

TOMBSTONE: Final = "tombstone"
BLANK: Final[tuple[Any, ...]] = Envelope(phase=int(Phase.PUBLISHED))
TYPE_AT, TIME_AT = COLUMN["type"], COLUMN["occurred_at"]
MOST_WRITTEN: Final = 32
"""Different headers in one block from which on they are no more expected to come again."""

BRACKET: Final = ord("[")
LATEST_MS: Final = 2**63 // 10**6 - 1


def block_of(partition: Partition, records: Sequence[Any], recogniser: Recogniser) -> Block:
    """The rows of at least one record of a partition."""
    records = apart(records, recogniser)
    rows = len(records)
    fields: Any = zip(*[_envelope(partition.topic, record, recogniser) for record in records], strict=True)
    said: Any = Envelope._make(fields)
    place = f"{partition.topic}[{partition.number}]@"
    unknown = [UNKNOWN] * rows
    return Block(
        type=said.type,
        payload=[record.value for record in records],
        id=said.id,
        category=said.category,
        priority=said.priority,
        phase=said.phase,
        correlation_id=said.correlation_id,
        causation_id=said.causation_id,
        occurred_at=said.occurred_at,
        producer=said.producer,
        channel=[f"{place}{record.offset}" for record in records],
        key=[text_header(r.key) if r.key else key for r, key in zip(records, said.key, strict=True)],
        subscription=said.subscription,
        attempt=said.attempt,
        queue_ns=unknown,
        handle_ns=said.handle_ns,
        total_ns=unknown,
        fanout=[-1] * rows,
        error=said.error,
        envelope=said.name,
        headers=_headers_of(records),
    )


class Part(NamedTuple):
    """One of the events of a record that holds a batch."""

    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes | None]]


def apart(records: Sequence[Any], recogniser: Recogniser) -> Sequence[Any]:
    """The same records, those that hold a batch of events taken apart."""
    if not any(record.value and record.value[0] == BRACKET for record in records):
        return records
    return [part for record in records for part in parts_of(record, recogniser.events(record.value))]


def parts_of(record: Any, events: Sequence[bytes] | None) -> Sequence[Any]:
    """The record itself if it is no batch."""
    if not events:
        return (record,)
    return [Part(record.offset, record.timestamp, record.key, event, record.headers) for event in events]


def _headers_of(records: Sequence[Any]) -> list[str | None]:
    """The headers of each record as text. Most programs send the same ones each time: those are written once."""
    written: dict[tuple[tuple[str, bytes | None], ...], str | None] = {(): None}
    texts = []
    for record in records:
        pairs = record.headers
        if len(written) > MOST_WRITTEN:
            texts.append(_headers(pairs) if pairs else None)
            continue
        same = tuple(pairs)
        if same not in written:
            written[same] = _headers(pairs)
        texts.append(written[same])
    return texts


def _headers(pairs: Sequence[tuple[str, bytes | None]]) -> str:
    """As `headers_text` writes them; values are bytes here, which goes faster."""
    texts = [(name, None if value is None else value.decode("utf-8", "backslashreplace")) for name, value in pairs]
    return encode(texts).decode()


def _envelope(topic: str, record: Any, recogniser: Recogniser) -> Sequence[Any]:
    """The fields of a record's envelope. Failing a type and a time inside, its topic and its own time stand."""
    milliseconds = record.timestamp
    known = milliseconds is not None and 0 <= milliseconds <= LATEST_MS
    values = [*BLANK]
    values[TYPE_AT] = topic
    values[TIME_AT] = milliseconds * 10**6 if known else UNKNOWN
    recogniser.fill(values, record.headers, record.value)
    if record.value is None and values[NAME_AT] in (None, "headers"):
        values[NAME_AT] = TOMBSTONE
    return values
