"""Records: rows as a source saw them, one by one or many in columns. `eventscope.connector` has them as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from eventscope.step import UNKNOWN, Phase

__all__ = ["UNKNOWN_PRIORITY", "Block", "Headers", "Record", "Replay", "headers_text"]

Headers = Iterable[tuple[str, Any]]
"""Name and value pairs in their order, duplicates kept."""

UNKNOWN_PRIORITY = -1


class Replay(NamedTuple):
    """What another monitor told of a row that is shown again: the name of its source, when it was observed (ns since
    the epoch), and what its user noted: any of `marked`, `ignored` and `reference`, and a comment.
    """

    source: str | None = None
    observed_at: int = UNKNOWN
    notes: tuple[str, ...] = ()
    comment: str = ""


class Record(NamedTuple):
    """One row as a source saw it. Unknown is None, `UNKNOWN` for nanoseconds, -1 for counts.

    `payload` holds the bytes exactly as they came. `producer` is who emitted the event, `channel`
    where it was seen (`orders[3]@1042`, `events → order.created`, a bus's name). `occurred_at` is
    nanoseconds since the epoch. `replay` is for rows that were watched before, such as those of a capture.
    """

    type: str | None = None
    payload: bytes | None = None
    id: str | None = None
    category: str | None = None
    priority: int = UNKNOWN_PRIORITY
    phase: int = Phase.PUBLISHED
    correlation_id: str | None = None
    causation_id: str | None = None
    occurred_at: int = UNKNOWN
    producer: str | None = None
    channel: str | None = None
    key: str | None = None
    subscription: str | None = None
    attempt: int = 0
    queue_ns: int = UNKNOWN
    handle_ns: int = UNKNOWN
    total_ns: int = UNKNOWN
    fanout: int = -1
    error: str | None = None
    envelope: str | None = None
    headers: str | None = None
    replay: Replay | None = None


def headers_text(headers: Headers) -> str:
    """Headers as a JSON array of [name, value] pairs, the form in which a Record carries them."""
    return json.dumps([[n, v] for n, v in headers], ensure_ascii=False, default=_header_value)


def _header_value(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else repr(value)


class Block(NamedTuple):
    """Many records as equally long columns, one per field of Record, in the same order; `replay` may be empty.

    Sources that decode in bulk push blocks; the monitor makes one of any list of records.
    """

    type: Sequence[str | None]
    payload: Sequence[bytes | None]
    id: Sequence[str | None]
    category: Sequence[str | None]
    priority: Sequence[int]
    phase: Sequence[int]
    correlation_id: Sequence[str | None]
    causation_id: Sequence[str | None]
    occurred_at: Sequence[int]
    producer: Sequence[str | None]
    channel: Sequence[str | None]
    key: Sequence[str | None]
    subscription: Sequence[str | None]
    attempt: Sequence[int]
    queue_ns: Sequence[int]
    handle_ns: Sequence[int]
    total_ns: Sequence[int]
    fanout: Sequence[int]
    error: Sequence[str | None]
    envelope: Sequence[str | None]
    headers: Sequence[str | None]
    replay: Sequence[Replay | None] = ()

    @classmethod
    def of(cls, records: Sequence[Record]) -> Block:
        """The columns of `records`, of which there must be at least one."""
        block = cls(*zip(*records, strict=True))
        return block if any(block.replay) else block._replace(replay=())

    @property
    def rows(self) -> int:
        """How many records it holds (`len` of a named tuple is the number of its fields)."""
        return len(self.type)

    def whole(self) -> Block:
        """The same with all columns equally long."""
        return self if self.replay else self._replace(replay=[None] * self.rows)
