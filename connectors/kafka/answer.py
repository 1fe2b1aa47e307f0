"""Fetching: what is asked of a broker, and what its answer says of each partition."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from aiokafka.protocol.fetch import FetchRequest

from connectors.kafka.batches import Aborted, Damage, Piece
from connectors.kafka.metadata import Partition

__all__ = ["Answer", "Portion", "answers_of", "fetch_request", "portions"]

SLICE: Final = 500
"""Records handed on in one turn of the loop: a few milliseconds of work."""

FETCH_BYTES: Final = 8 * 2**20
PARTITION_BYTES: Final = 2**20
"""The most that a broker sends at once; a larger batch comes alone."""


class Answer(NamedTuple):
    """What a broker says of one partition. `end` is where the next record will be written."""

    partition: Partition
    error: int
    end: int
    transactions: Sequence[tuple[int, int]] | None
    data: bytes

    def aborted(self, isolation: int) -> Aborted | None:
        """The transactions to leave out, if only committed ones are wanted."""
        return Aborted(self.transactions) if isolation else None


class Portion(NamedTuple):
    """Records for one turn of the loop, where to go on after them, and what is wrong behind them."""

    records: Sequence[Any]
    next_offset: int
    damage: Damage | None = None


def fetch_request(offsets: Mapping[Partition, int], wait_ms: int, isolation: int) -> FetchRequest:
    """A request for what follows `offsets`, in another order each time, so that none is last for ever."""
    topics: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for partition in random.sample(list(offsets), len(offsets)):
        topics[partition.topic].append((partition.number, offsets[partition], PARTITION_BYTES))
    return FetchRequest(wait_ms, 1, FETCH_BYTES, isolation, list(topics.items()))


def answers_of(response: Any) -> Iterator[Answer]:
    """The answer for each partition. Where the aborted transactions stand depends on the version."""
    transactions_at = 2 if response.API_VERSION >= 11 else -2
    for topic, partitions in response.topics:
        for number, error, end, *rest in partitions:
            yield Answer(Partition(topic, number), error, end, rest[transactions_at], rest[-1] or b"")


def portions(pieces: Iterable[Piece]) -> Iterator[Portion]:
    """Batches, which may hold one record or thousands, in portions of at most SLICE records."""
    records: list[Any] = []
    after = None
    for piece in pieces:
        records += piece.records
        while len(records) > SLICE:
            yield Portion(records[:SLICE], records[SLICE - 1].offset + 1)
            records = records[SLICE:]
        after = piece.next_offset
        if piece.damage:
            yield Portion(records, after, piece.damage)
            records, after = [], None
    if after is not None:
        yield Portion(records, after)
