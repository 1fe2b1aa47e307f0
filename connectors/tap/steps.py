"""Steps as a tapped program packs them, read into columns with one decode."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from eventscope.connector import Block
from eventscope.step import Phase
from eventscope.wire import LENGTH

__all__ = ["Columns", "read_steps"]

Nanoseconds = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Size = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class Columns(msgspec.Struct, gc=False):
    """The JSON of a STEPS frame: equally long lists."""

    type: list[str | None]
    category: list[str | None]
    priority: list[Annotated[int, Meta(ge=-1, le=3)]]
    id: list[str | None]
    correlation_id: list[str | None]
    causation_id: list[str | None]
    producer: list[str | None]
    phase: list[Annotated[int, Meta(ge=0, le=int(max(Phase)))]]
    occurred_at: list[Nanoseconds]
    subscription: list[str | None]
    attempt: list[Annotated[int, Meta(ge=0, le=65_535)]]
    queue_ns: list[Nanoseconds]
    handle_ns: list[Nanoseconds]
    total_ns: list[Nanoseconds]
    fanout: list[Size]
    error: list[str | None]
    headers: list[str | None]
    payload_size: list[Size]


_decoder = msgspec.json.Decoder(Columns)


def read_steps(body: bytes | bytearray | memoryview, channel: str) -> Block:
    """The rows of a STEPS body, seen on `channel`. Raises ValueError if it is not well-formed."""
    view = memoryview(body)
    if len(view) < LENGTH.size:
        raise ValueError("the frame is too short")
    start = LENGTH.size + LENGTH.unpack(view[: LENGTH.size])[0]
    columns = _decoder.decode(view[LENGTH.size : start])
    rows = len(columns.type)
    payloads = _payloads(view[start:], columns.payload_size)
    nothing: list[Any] = [None] * rows
    block = Block(
        type=columns.type,
        payload=payloads,
        id=columns.id,
        category=columns.category,
        priority=columns.priority,
        phase=columns.phase,
        correlation_id=columns.correlation_id,
        causation_id=columns.causation_id,
        occurred_at=columns.occurred_at,
        producer=columns.producer,
        channel=[channel] * rows,
        key=nothing,
        subscription=columns.subscription,
        attempt=columns.attempt,
        queue_ns=columns.queue_ns,
        handle_ns=columns.handle_ns,
        total_ns=columns.total_ns,
        fanout=columns.fanout,
        error=columns.error,
        envelope=nothing,
        headers=columns.headers,
    )
    if any(len(column) != rows for column in block.whole()):
        raise ValueError("the columns of the frame are not equally long")
    return block


def _payloads(arena: memoryview, sizes: Sequence[int]) -> list[bytes | None]:
    ends = list(accumulate(max(size, 0) for size in sizes))
    if (ends[-1] if ends else 0) != len(arena):
        raise ValueError("the payloads of the frame do not have the stated sizes")
    return [None if size < 0 else bytes(arena[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
