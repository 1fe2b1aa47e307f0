"""One connected run over a Kafka cluster: which partitions there are, who leads them, and what they hold."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from aiokafka import errors as kafka_errors
from aiokafka.protocol.fetch import FetchRequest

from connectors.gap import gap_record
from connectors.kafka_batches import Aborted, Damage, Piece, read_batches
from connectors.kafka_client import KafkaClient
from connectors.kafka_metadata import LEADERLESS, Partition
from connectors.kafka_options import Isolation, KafkaOptions
from connectors.kafka_positions import Positions, log_ends
from connectors.kafka_records import block_of
from connectors.kafka_topics import Topics
from connectors.kafka_watchdog import Watchdog
from connectors.wording import many
from eventscope.connector import Sink, SourceState

__all__ = ["KafkaTail"]

log = logging.getLogger(__name__)

DISCOVER_S: Final = 3.0
"""How often the list of topics is looked at when nothing is wrong."""

SLICE: Final = 500
"""Records decoded in one turn of the loop: about three milliseconds."""

FETCH_BYTES: Final = 8 * 2**20
PARTITION_BYTES: Final = 2**20
"""The most that a broker sends at once; a larger batch comes alone."""

METADATA: Final = "the list of topics"
ABORTED_AT: Final = {4: 1, 11: 2}
"""Where an answer lists the aborted transactions, from this version on; else it is the last but one."""


class KafkaTail:
    """Reads all wanted partitions until it is cancelled; raises ConnectorError when the cluster is lost."""

    def __init__(
        self, client: KafkaClient, options: KafkaOptions, positions: Positions, watchdog: Watchdog, sink: Sink
    ) -> None:
        self._client = client
        self._options = options
        self._isolation = int(options.isolation is Isolation.COMMITTED)
        self._topics = Topics(options.topics, options.pattern)
        self._positions = positions
        self._watchdog = watchdog
        self._sink = sink
        self._wanted: list[Partition] = []
        self._resting: set[Partition] = set()
        self._troubles: dict[str, str] = {}
        self._readers: dict[int, asyncio.Task[None]] = {}
        self._round = asyncio.Event()
        self._hurry = asyncio.Event()
        self._shown: tuple[SourceState, str] | None = None

    async def run(self) -> None:
        """Read until cancelled."""
        self._watchdog.forget()
        try:
            async with asyncio.TaskGroup() as self._group:
                self._group.create_task(self._discover(), name="kafka topics")
                self._group.create_task(self._watchdog.watch(self._show), name="kafka watchdog")
        except BaseExceptionGroup as group:
            raise _first(group) from group
